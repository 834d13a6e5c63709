package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.borealis.device.Stage;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;

/** Reverse-mode differentiation, program to program. Knows operations, not devices. */
final class Differentiate {
    private Differentiate() {}

    /** Adds an output {@code gradient.NAME} for each named input: the derivative of the output {@code loss} by it. */
    static Program of(Program program, String loss, List<String> inputs) {
        var builder = new Program.Builder(program.name());
        var arguments = program.inputs().stream()
                .map(i -> builder.input(i.name(), i.type()))
                .toList();
        var values = program.replay(arguments, builder);
        var root = values.get(program.output(loss).value());
        if (!root.type().type().isFloat() || root.shape().elements() != 1) {
            throw new ShapeException("can differentiate only a float scalar, '" + loss + "' is " + root.type());
        }
        var wanted = new BitSet();
        inputs.forEach(name -> wanted.set(program.input(name)));
        var gradients = Arrivals.none(values);
        gradients.get(program.output(loss).value()).add(root.fill(1));
        back(program, values, gradients, wanted);
        Rewrite.copyOutputs(program, values, builder);
        hand(program, inputs, gradients, builder, arguments);
        return Prune.of(builder.build());
    }

    /** Adds gradients of named inputs, then of what comes in, from inputs that are the gradients of what goes out. */
    static Program of(Stage stage, List<String> inputs) {
        var program = stage.program();
        var builder = new Program.Builder(program.name());
        var arguments = program.inputs().stream()
                .map(i -> builder.input(i.name(), i.type()))
                .toList();
        var arriving = new LinkedHashMap<Integer, List<Tensor>>();
        for (var name : stage.outgoing()) {
            int value = program.output(name).value();
            if (program.type(value).type().isFloat()) {
                arriving.computeIfAbsent(value, _ -> new ArrayList<>())
                        .add(builder.input(Stage.gradient(name), program.type(value)));
            }
        }
        var values = program.replay(arguments, builder);
        var gradients = Arrivals.none(values);
        arriving.forEach((value, sums) -> sums.forEach(gradients.get(value)::add));
        var asked = new ArrayList<>(inputs);
        stage.incoming().stream()
                .filter(name -> program.type(program.input(name)).type().isFloat())
                .forEach(asked::add);
        var wanted = new BitSet();
        asked.forEach(name -> wanted.set(program.input(name)));
        back(program, values, gradients, wanted);
        Rewrite.copyOutputs(program, values, builder);
        hand(program, asked, gradients, builder, arguments);
        return Prune.of(builder.build());
    }

    private static void hand(
            Program program,
            List<String> inputs,
            List<Arrivals> gradients,
            Program.Builder builder,
            List<Tensor> arguments) {
        for (var name : inputs) {
            int input = program.input(name);
            builder.output(
                    Stage.gradient(name),
                    gradients
                            .get(input)
                            .sum()
                            .orElseGet(() -> arguments.get(input).fill(0)));
        }
    }

    /**
     * Carries gradients backwards.
     *
     * @param values the tensors of the program's values
     * @param gradients what arrives at each value from outside; completed here
     * @param wanted the inputs whose gradients are asked for; others may stay empty
     */
    private static void back(Program program, List<Tensor> values, List<Arrivals> gradients, BitSet wanted) {
        var needed = dependents(program, wanted);
        for (int i = program.nodes().size() - 1; i >= 0; i--) {
            var node = program.nodes().get(i);
            int end = node.first() + node.outputs().size();
            var arriving = gradients.subList(node.first(), end);
            if (!needed.get(node.first()) || arriving.stream().allMatch(Arrivals::isEmpty)) {
                continue;
            }
            var sums = arriving.stream().map(Arrivals::sum).toList();
            if (node.op() instanceof Slice slice) {
                gradients.get(node.inputs().get(0)).add(slice, sums.get(0).orElseThrow());
                continue;
            }
            var pulled = pull(node, values, sums, needed);
            for (int k = 0; k < node.inputs().size(); k++) {
                int input = node.inputs().get(k);
                if (needed.get(input)) {
                    pulled.get(k).ifPresent(gradients.get(input)::add);
                }
            }
        }
    }

    /** Values that depend on a wanted input through floats. */
    private static BitSet dependents(Program program, BitSet wanted) {
        var needed = (BitSet) wanted.clone();
        for (var node : program.nodes()) {
            if (node.inputs().stream().anyMatch(needed::get)) {
                needed.set(node.first(), node.first() + node.outputs().size());
            }
        }
        return needed;
    }

    private static List<Optional<Tensor>> pull(
            Node node, List<Tensor> values, List<Optional<Tensor>> arriving, BitSet needed) {
        var inputs = node.inputs().stream().map(values::get).toList();
        var outputs = values.subList(node.first(), node.first() + node.outputs().size());
        return switch (node.op()) {
            case Primitive op ->
                Gradients.pull(op, inputs, outputs.get(0), arriving.get(0).orElseThrow());
            case Collective op ->
                throw new ShapeException(op.label() + ": a program is differentiated before it is split over ranks");
            case Composite op -> {
                var pulled = op.pull(inputs, outputs, arriving);
                yield pulled.isEmpty() ? through(op, inputs, arriving, node, needed) : spread(op, inputs, pulled);
            }
        };
    }

    /** From gradients of the float inputs only to one place for every input. */
    private static List<Optional<Tensor>> spread(Composite op, List<Tensor> inputs, List<Tensor> pulled) {
        var next = pulled.iterator();
        var spread = new ArrayList<Optional<Tensor>>();
        for (var input : inputs) {
            boolean isFloat = input.type().type().isFloat();
            if (isFloat && !next.hasNext()) {
                throw new ShapeException(op.label() + ".pull gave " + pulled.size()
                        + " gradients; it needs one for each float input of "
                        + inputs.stream().map(Tensor::type).toList());
            }
            spread.add(isFloat ? Optional.of(next.next()) : Optional.empty());
        }
        return spread;
    }

    /** Gradients through what a composite stands for, computed again on its inputs; sharing removes the repeats. */
    private static List<Optional<Tensor>> through(
            Composite op, List<Tensor> inputs, List<Optional<Tensor>> arriving, Node node, BitSet needed) {
        var body = Program.trace(op.label(), inputs.stream().map(Tensor::type).toList(), op::decompose);
        var values = body.replay(inputs, inputs.get(0).trace());
        var gradients = Arrivals.none(values);
        for (int i = 0; i < arriving.size(); i++) {
            arriving.get(i).ifPresent(gradients.get(body.outputs().get(i).value())::add);
        }
        var wanted = new BitSet();
        for (int k = 0; k < inputs.size(); k++) {
            wanted.set(k, needed.get(node.inputs().get(k)));
        }
        back(body, values, gradients, wanted);
        return gradients.subList(0, inputs.size()).stream().map(Arrivals::sum).toList();
    }
}
