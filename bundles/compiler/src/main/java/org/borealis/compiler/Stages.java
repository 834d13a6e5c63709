package org.borealis.compiler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.borealis.device.Stage;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.LayerEnd;

/**
 * Cuts a forward program into parts. Each begins and ends with the mark of a layer's end, so that rematerialisation finds the layers
 * that a part has.
 */
final class Stages {
    private final Program program;
    private final int parts;
    /** By value: how many layers have ended on the way to it; 0 for what no layer is needed for. */
    private final int[] segment;

    private final int[] partOf;
    /** By part: values of parts before that it needs, or hands on. */
    private final List<SortedSet<Integer>> incoming = new ArrayList<>();

    static List<Stage> of(Program program, int parts) {
        return new Stages(program, parts).cut();
    }

    private Stages(Program program, int parts) {
        this.program = program;
        this.parts = parts;
        this.segment = new int[program.values()];
        int last = 0;
        for (var node : program.nodes()) {
            int at = latest(node) + (node.op() instanceof LayerEnd ? 1 : 0);
            Arrays.fill(segment, node.first(), node.first() + node.outputs().size(), at);
            last = Math.max(last, at);
        }
        if (parts < 1 || parts > last + 1) {
            throw new ShapeException("program " + program.name() + " has " + last
                    + " layer ends one behind the other, so it can be cut into 1 to " + (last + 1) + " parts, not "
                    + parts + "; have fewer stages or chunks, or more layers");
        }
        this.partOf = Balance.of(costs(last + 1), parts);
    }

    private int latest(Node node) {
        return node.inputs().stream().mapToInt(v -> segment[v]).max().orElse(0);
    }

    private double[] costs(int segments) {
        var multiplications = new Multiplications();
        var costs = new double[segments];
        for (var node : program.nodes()) {
            costs[segment[node.first()]] += multiplications.of(program, node);
        }
        return costs;
    }

    private int part(int value) {
        return partOf[segment[value]];
    }

    private List<Stage> cut() {
        for (int part = 0; part <= parts; part++) {
            incoming.add(new TreeSet<>());
        }
        var stages = new ArrayList<Stage>();
        for (int part = parts - 1; part >= 0; part--) {
            stages.addFirst(new Part(part).stage());
        }
        return List.copyOf(stages);
    }

    private static String boundary(int part, int index) {
        return "boundary." + part + "." + index;
    }

    private boolean isOutput(Program.Output output, int part) {
        return (segment[output.value()] == 0 ? parts - 1 : part(output.value())) == part;
    }

    /** One part, being found out from its results backwards. */
    private final class Part {
        private final int part;
        private final boolean[] isHere = new boolean[program.nodes().size()];
        private final boolean[] isRead = new boolean[program.inputs().size()];
        private final SortedSet<Integer> outgoing;

        Part(int part) {
            this.part = part;
            outgoing = incoming.get(part + 1);
            outgoing.forEach(this::need);
            program.outputs().stream().filter(o -> isOutput(o, part)).forEach(o -> need(o.value()));
            for (int n = program.nodes().size() - 1; n >= 0; n--) {
                if (isHere[n]) {
                    needInputs(program.nodes().get(n));
                }
            }
        }

        private void need(int value) {
            if (value < program.inputs().size()) {
                isRead[value] = true;
            } else if (segment[value] > 0 && part(value) < part) {
                incoming.get(part).add(value);
            } else {
                isHere[program.producer(value)] = true;
            }
        }

        private void needInputs(Node node) {
            for (int value : node.inputs()) {
                boolean crosses = node.op() instanceof LayerEnd && part(value) < part(node.first());
                if (crosses) {
                    incoming.get(part).add(value);
                } else {
                    need(value);
                }
            }
        }

        Stage stage() {
            var builder = new Program.Builder(parts == 1 ? program.name() : program.name() + "." + part);
            Map<Integer, Tensor> tensors = new HashMap<>();
            for (int i = 0; i < isRead.length; i++) {
                if (isRead[i]) {
                    var input = program.inputs().get(i);
                    tensors.put(i, builder.input(input.name(), input.type()));
                }
            }
            var come = new ArrayList<String>();
            for (int value : incoming.get(part)) {
                come.add(boundary(part, come.size()));
                tensors.put(value, builder.input(come.getLast(), program.type(value)));
            }
            for (int n = 0; n < isHere.length; n++) {
                var node = program.nodes().get(n);
                if (isHere[n] && !tensors.containsKey(node.first())) {
                    var inputs = node.inputs().stream()
                            .map(v -> Objects.requireNonNull(tensors.get(v)))
                            .toList();
                    var results = builder.repeat(program, node, inputs);
                    for (int i = 0; i < results.size(); i++) {
                        tensors.put(node.first() + i, results.get(i));
                    }
                }
            }
            return new Stage(finished(builder, tensors), come, outputs(builder));
        }

        private Program finished(Program.Builder builder, Map<Integer, Tensor> tensors) {
            int index = 0;
            for (int value : outgoing) {
                var tensor = Objects.requireNonNull(tensors.get(value));
                builder.output(boundary(part + 1, index++), marked(value, tensor));
            }
            for (var output : program.outputs()) {
                if (isOutput(output, part)) {
                    builder.output(output.name(), Objects.requireNonNull(tensors.get(output.value())));
                }
            }
            return builder.build();
        }

        /** The next part begins with a mark if this one ends with it. */
        private Tensor marked(int value, Tensor tensor) {
            return program.nodes().stream()
                    .filter(n -> n.op() instanceof LayerEnd && n.inputs().get(0) == value)
                    .findFirst()
                    .map(n -> tensor.apply(n.op()).get(0))
                    .orElse(tensor);
        }

        private List<String> outputs(Program.Builder builder) {
            return builder.build().outputs().stream().map(Program.Output::name).toList();
        }
    }
}
