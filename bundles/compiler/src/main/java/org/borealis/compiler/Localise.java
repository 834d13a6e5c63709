package org.borealis.compiler;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.borealis.parallel.Team;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Collective.Index;
import org.borealis.tensor.Collective.Only;
import org.borealis.tensor.Collective.Own;
import org.borealis.tensor.Collective.ReduceTo;
import org.borealis.tensor.Collective.Summand;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Makes the program of all ranks that of one: puts in where it stands, and drops what only others have, with the inputs and outputs that
 * hold it. The last pass, so that all passes treat all ranks alike; what ranks say to each other stays in its order.
 */
final class Localise {
    private final Program program;
    private final Team team;
    private final Owners owners;
    private final Program.Builder builder;
    private final @Nullable Tensor[] tensors;

    private Localise(Program program, Team team) {
        this.program = program;
        this.team = team;
        owners = new Owners(program);
        builder = new Program.Builder(program.name());
        tensors = new Tensor[program.values()];
    }

    static Program of(Program program, Team team) {
        boolean isSpread = program.nodes().stream().anyMatch(node -> node.op() instanceof Collective);
        return isSpread ? Prune.of(new Localise(program, team).write(), Waits::talks) : program;
    }

    private Program write() {
        var elsewhere = elsewhere();
        for (int i = 0; i < program.inputs().size(); i++) {
            var input = program.inputs().get(i);
            if (!elsewhere.contains(i)) {
                tensors[i] = builder.input(input.name(), input.type());
            }
        }
        for (var node : program.nodes()) {
            write(node);
        }
        for (var output : program.outputs()) {
            var value = tensors[output.value()];
            if (value == null || !owners.isHere(output.value(), team)) {
                continue;
            }
            if (output.replaces().isPresent()) {
                builder.replace(output.name(), tensor(output.replaces().getAsInt()), value);
            } else {
                builder.output(output.name(), value);
            }
        }
        return builder.build();
    }

    /** Inputs that another rank owns: this one reads none of them, nor has what replaces them. */
    private Set<Integer> elsewhere() {
        var inputs = new HashSet<Integer>();
        for (var node : program.nodes()) {
            if (node.op() instanceof Only && !owners.isHere(node.first(), team)) {
                inputs.addAll(node.inputs());
            }
        }
        program.outputs().stream()
                .filter(output -> owners.isHere(output.value(), team))
                .forEach(output -> output.replaces().ifPresent(inputs::remove));
        return inputs;
    }

    private void write(Node node) {
        boolean isHere = owners.isHere(node.first(), team);
        boolean hasOperands = node.inputs().stream().allMatch(v -> tensors[v] != null && owners.isHere(v, team));
        boolean takesPart = node.op() instanceof ReduceTo ? hasOperands : isHere;
        if (!takesPart) {
            return;
        }
        var inputs = hasOperands ? node.inputs().stream().map(this::tensor).toList() : List.<Tensor>of();
        var results = switch (node.op()) {
            case Own(var axis, int dim, int ranks) -> own(inputs.get(0), dim, ranks, team.index(axis));
            case Index(var axis) ->
                builder.apply(new Constant(team.index(axis), new TensorType(DataType.INT32, Shape.SCALAR)), List.of());
            case Only _ -> inputs;
            case Summand _ when hasOperands -> inputs;
            case Summand _ -> builder.apply(new Constant(0, node.outputs().get(0)), List.of());
            default -> builder.repeat(program, node, inputs);
        };
        for (int i = 0; i < results.size(); i++) {
            tensors[node.first() + i] = results.get(i);
        }
    }

    private Tensor tensor(int value) {
        return Objects.requireNonNull(tensors[value]);
    }

    private List<Tensor> own(Tensor x, int dim, int ranks, int index) {
        int length = x.dim(dim) / ranks;
        return builder.apply(new Slice(dim, index * length, length), List.of(x));
    }
}
