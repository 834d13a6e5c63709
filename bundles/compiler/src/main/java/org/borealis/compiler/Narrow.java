package org.borealis.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.borealis.compiler.Mixed.Nature;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.Tensor;

/**
 * Inputs come in a narrower type, program to program. What converted them to that type takes them as they are, rows of them are gathered
 * as they are, and all else gets them in the type that it had.
 */
final class Narrow {
    private final Program.Builder builder;
    private final DataType type;
    private final List<Mixed> values = new ArrayList<>();

    private Narrow(Program.Builder builder, DataType type) {
        this.builder = builder;
        this.type = type;
    }

    /** @param inputs names of inputs that are of the narrow type's accumulator type, or of the type itself already */
    static Program of(Program program, Set<String> inputs, DataType type) {
        return new Narrow(new Program.Builder(program.name()), type).of(program, inputs);
    }

    private Program of(Program program, Set<String> inputs) {
        for (var input : program.inputs()) {
            if (inputs.contains(input.name()) && input.type().type() != type) {
                values.add(given(input));
            } else {
                values.add(Mixed.fixed(builder.input(input.name(), input.type())));
            }
        }
        for (var node : program.nodes()) {
            values.addAll(node(node, node.inputs().stream().map(values::get).toList()));
        }
        Rewrite.copyOutputs(program, values.stream().map(Mixed::wide).toList(), builder);
        return Prune.of(builder.build());
    }

    private Mixed given(Program.Input input) {
        if (input.type().type() != type.accumulator()) {
            throw new BorealisException(
                    "precision",
                    "input " + input.name() + " is " + input.type() + " and can't come as " + type.label()
                            + ", which stands for " + type.accumulator().label() + " only");
        }
        return Mixed.narrow(
                Nature.GIVEN, builder.input(input.name(), input.type().as(type)));
    }

    private List<Mixed> node(Node node, List<Mixed> in) {
        boolean isGiven = !in.isEmpty() && in.get(0).nature() == Nature.GIVEN;
        if (isGiven && node.op() instanceof Convert(var to) && to == type) {
            return List.of(Mixed.fixed(in.get(0).narrow()));
        }
        if (isGiven && node.op() instanceof Gather gather) {
            var rows =
                    builder.apply(gather, List.of(in.get(0).narrow(), in.get(1).wide()));
            return List.of(Mixed.narrow(Nature.GIVEN, rows.get(0)));
        }
        List<Tensor> operands = in.stream().map(Mixed::wide).toList();
        return builder.apply(node.op(), operands).stream().map(Mixed::fixed).toList();
    }
}
