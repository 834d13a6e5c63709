package org.borealis.compiler;

import java.util.ArrayList;
import java.util.List;
import org.borealis.parallel.Team;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Collective.Index;
import org.borealis.tensor.Collective.Own;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/** Makes the program of all ranks that of one: puts in where it stands. The last pass, so that all passes treat all ranks alike. */
final class Localise {
    private Localise() {}

    static Program of(Program program, Team team) {
        boolean isSpread = program.nodes().stream().anyMatch(node -> node.op() instanceof Collective);
        return !isSpread
                ? program
                : Rewrite.of(program, (builder, node, inputs) -> switch (node.op()) {
                    case Own(var axis, int dim, int ranks) -> own(builder, inputs.get(0), dim, ranks, team.index(axis));
                    case Index(var axis) ->
                        builder.apply(
                                new Constant(team.index(axis), new TensorType(DataType.INT32, Shape.SCALAR)),
                                new ArrayList<>());
                    default -> builder.apply(node.op(), inputs);
                });
    }

    private static List<Tensor> own(Program.Builder builder, Tensor x, int dim, int ranks, int index) {
        int length = x.dim(dim) / ranks;
        return builder.apply(new Slice(dim, index * length, length), List.of(x));
    }
}
