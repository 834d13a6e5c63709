package org.borealis.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A traced computation: straight-line, single assignment, static shapes, immutable. What a pass takes and gives.
 *
 * <p>Values are numbered: the inputs first, then the outputs of each node in order. {@link #toString} is text that a person can read
 * and a golden test can compare.
 */
@ProviderType
public record Program(String name, List<Input> inputs, List<Node> nodes, List<Output> outputs) {

    /** A value given from outside, by name. */
    public record Input(String name, TensorType type) {}

    /** One operation on values; its outputs are the values from {@code first} on. */
    public record Node(Op op, List<Integer> inputs, int first, List<TensorType> outputs) {
        public Node {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * A value handed out, by name.
     *
     * @param replaces index of the input whose memory this output takes over (a donation), if any
     */
    public record Output(String name, int value, OptionalInt replaces) {
        /** An output in memory of its own. */
        public Output(String name, int value) {
            this(name, value, OptionalInt.empty());
        }
    }

    public Program {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
        requireUnique("input", inputs.stream().map(Input::name).toList());
        requireUnique("output", outputs.stream().map(Output::name).toList());
    }

    private static void requireUnique(String kind, List<String> names) {
        var seen = new HashSet<String>();
        for (var name : names) {
            if (!seen.add(name)) {
                throw new ShapeException("program has two " + kind + "s named '" + name + "'");
            }
        }
    }

    /** Records what {@code body} does to tensors of these types; inputs and outputs are named by their position. */
    public static Program trace(String name, List<TensorType> inputs, Function<List<Tensor>, List<Tensor>> body) {
        var builder = new Builder(name);
        var tensors = new ArrayList<Tensor>();
        for (int i = 0; i < inputs.size(); i++) {
            tensors.add(builder.input("in" + i, inputs.get(i)));
        }
        var results = body.apply(List.copyOf(tensors));
        for (int i = 0; i < results.size(); i++) {
            builder.output("out" + i, results.get(i));
        }
        return builder.build();
    }

    /** Type of a value. */
    public TensorType type(int value) {
        if (value < inputs.size()) {
            return inputs.get(value).type();
        }
        var node = nodes.get(producer(value));
        return node.outputs().get(value - node.first());
    }

    /** How many values there are. */
    public int values() {
        if (nodes.isEmpty()) {
            return inputs.size();
        }
        var last = nodes.get(nodes.size() - 1);
        return last.first() + last.outputs().size();
    }

    /** Index of the node that makes a value which is not an input. */
    public int producer(int value) {
        int low = 0;
        int high = nodes.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (nodes.get(middle).first() <= value) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Index of the last node that reads each value; of its producer if none does, and -1 for an input that none reads. */
    public int[] lastReads() {
        var last = new int[values()];
        Arrays.fill(last, 0, inputs.size(), -1);
        for (int n = 0; n < nodes.size(); n++) {
            var node = nodes.get(n);
            Arrays.fill(last, node.first(), node.first() + node.outputs().size(), n);
            for (int value : node.inputs()) {
                last[value] = n;
            }
        }
        return last;
    }

    /** Index of the input of this name. */
    public int input(String inputName) {
        return IntStream.range(0, inputs.size())
                .filter(i -> inputs.get(i).name().equals(inputName))
                .findFirst()
                .orElseThrow(() -> new ShapeException("program " + name + " has no input '" + inputName + "'"));
    }

    /** The output of this name. */
    public Output output(String outputName) {
        return outputs.stream()
                .filter(o -> o.name().equals(outputName))
                .findFirst()
                .orElseThrow(() -> new ShapeException("program " + name + " has no output '" + outputName + "'"));
    }

    /** Applies every node again, to other tensors and in another trace; gives the tensor of every value. */
    public List<Tensor> replay(List<Tensor> arguments, Trace trace) {
        if (arguments.size() != inputs.size()) {
            throw new ShapeException(
                    "program " + name + " takes " + inputs.size() + " inputs, got " + arguments.size());
        }
        var tensors = new ArrayList<>(arguments);
        for (var node : nodes) {
            tensors.addAll(trace.apply(
                    node.op(), node.inputs().stream().map(tensors::get).toList()));
        }
        return tensors;
    }

    @Override
    public String toString() {
        var text = new StringBuilder("program ").append(name).append('\n');
        for (int i = 0; i < inputs.size(); i++) {
            text.append("  %")
                    .append(i)
                    .append(" = input ")
                    .append(inputs.get(i).name());
            text.append(" : ").append(inputs.get(i).type()).append('\n');
        }
        for (var node : nodes) {
            text.append("  ")
                    .append(IntStream.range(0, node.outputs().size())
                            .mapToObj(i -> "%" + (node.first() + i))
                            .collect(Collectors.joining(", ")))
                    .append(" = ")
                    .append(node.op().label());
            for (int value : node.inputs()) {
                text.append(" %").append(value);
            }
            text.append(" : ")
                    .append(node.outputs().stream().map(TensorType::toString).collect(Collectors.joining(", ")))
                    .append('\n');
        }
        for (var output : outputs) {
            text.append("  output ").append(output.name()).append(" %").append(output.value());
            output.replaces()
                    .ifPresent(
                            i -> text.append(" replaces ").append(inputs.get(i).name()));
            text.append('\n');
        }
        return text.toString();
    }

    /** Records a program. Declare all inputs before the first operation. */
    @ProviderType
    public static final class Builder implements Trace {
        private final String name;
        private final List<Input> inputs = new ArrayList<>();
        private final List<Node> nodes = new ArrayList<>();
        private final List<Output> outputs = new ArrayList<>();
        private int values;

        /** @param name what the program is for, such as {@code accumulate} */
        public Builder(String name) {
            this.name = name;
        }

        /** Declares a value given from outside. */
        public Tensor input(String inputName, TensorType type) {
            if (!nodes.isEmpty()) {
                throw new ShapeException("declare input '" + inputName + "' before the first operation");
            }
            inputs.add(new Input(inputName, type));
            return new Tensor(this, values++, type);
        }

        @Override
        public List<Tensor> apply(Op op, List<Tensor> in) {
            requireOwn(op, in);
            try {
                return record(op, in, op.infer(in.stream().map(Tensor::type).toList()));
            } catch (ShapeException e) {
                throw new ShapeException(e.getMessage() + named(in));
            }
        }

        /**
         * Applies the operation of a program's node to other tensors. Where those have the types that it takes there, it gives what it
         * gives there, and no decomposition is traced to find that out: what passes do to nodes that they leave as they are.
         */
        public List<Tensor> repeat(Program program, Node node, List<Tensor> in) {
            for (int i = 0; i < in.size(); i++) {
                if (!in.get(i).type().equals(program.type(node.inputs().get(i)))) {
                    return apply(node.op(), in);
                }
            }
            requireOwn(node.op(), in);
            return record(node.op(), in, node.outputs());
        }

        private void requireOwn(Op op, List<Tensor> in) {
            for (var tensor : in) {
                if (tensor.trace() != this) {
                    throw new ShapeException(op.label() + ": operand " + tensor + " belongs to another trace");
                }
            }
        }

        private List<Tensor> record(Op op, List<Tensor> in, List<TensorType> types) {
            nodes.add(new Node(op, in.stream().map(Tensor::id).toList(), values, types));
            var results = new ArrayList<Tensor>();
            for (var type : types) {
                results.add(new Tensor(this, values++, type));
            }
            return List.copyOf(results);
        }

        private String named(List<Tensor> in) {
            var names = in.stream()
                    .filter(t -> t.id() < inputs.size())
                    .map(t -> inputs.get(t.id()).name())
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "" : "; see " + names;
        }

        /** Hands a value out in memory of its own. */
        public void output(String outputName, Tensor tensor) {
            outputs.add(new Output(outputName, tensor.id()));
        }

        /** Hands a value out in the memory of an input, which it replaces. */
        public void replace(String outputName, Tensor input, Tensor tensor) {
            if (!input.type().equals(tensor.type())) {
                throw new ShapeException(
                        "output " + outputName + ": " + tensor.type() + " can't replace " + input.type());
            }
            outputs.add(new Output(outputName, tensor.id(), OptionalInt.of(input.id())));
        }

        /** The program as recorded so far. */
        public Program build() {
            return new Program(name, inputs, nodes, outputs);
        }
    }
}
