package org.borealis.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.borealis.compiler.Mixed.Nature;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.Tensor;

/**
 * Mixed precision, program to program: float32 inputs and outputs stay, what is computed from inputs becomes narrow, sums are float32.
 *
 * <p>What depends on no float input, such as positions and angles, is computed in float32, for bfloat16 can't tell 256 from 257, and
 * narrowed where it meets what is narrow. So are sums and what composites give in their accumulator type.
 */
final class Precision {
    private final Program.Builder builder;
    private final DataType narrow;
    private final List<Mixed> values = new ArrayList<>();

    private Precision(Program.Builder builder, DataType narrow) {
        this.builder = builder;
        this.narrow = narrow;
    }

    /** @param compute the narrow type; a program in a wider one stays as it is */
    static Program of(Program program, DataType compute) {
        if (!compute.isFloat()) {
            throw new BorealisException(
                    "precision", "program " + program.name() + " can compute in float types only, not in " + compute);
        }
        return compute.accumulator() == compute
                ? program
                : new Precision(new Program.Builder(program.name()), compute).of(program);
    }

    private Program of(Program program) {
        program.inputs().stream()
                .map(input -> builder.input(input.name(), input.type()))
                .map(tensor -> isWide(tensor) ? wide(Nature.GIVEN, tensor) : Mixed.fixed(tensor))
                .forEach(values::add);
        for (var node : program.nodes()) {
            values.addAll(node(node, node.inputs().stream().map(values::get).toList()));
        }
        Rewrite.copyOutputs(program, values.stream().map(Mixed::wide).toList(), builder);
        return Prune.of(builder.build());
    }

    private List<Mixed> node(Node node, List<Mixed> in) {
        return switch (node.op()) {
            case Constant constant when constant.type().type() == DataType.FLOAT32 -> List.of(constant(constant));
            case Iota iota when iota.type().type() == DataType.FLOAT32 -> List.of(wide(Nature.WIDE, apply(iota)));
            case Convert convert -> List.of(converted(convert, in.get(0)));
            case Reduce reduce when isFloat32(node) -> List.of(reduced(reduce, in.get(0)));
            case ScatterAdd op
            when isFloat32(node) ->
                List.of(wide(
                        Nature.NARROW, apply(op, in.get(0).wide(), in.get(1).wide())));
            case Gather op
            when in.get(0).nature() == Nature.GIVEN ->
                List.of(wide(Nature.GIVEN, apply(op, in.get(0).wide(), in.get(1).wide())));
            case Reshape _, Transpose _, Slice _, Broadcast _
            when in.get(0).nature() == Nature.GIVEN || in.get(0).nature() == Nature.WIDE ->
                List.of(moved(node.op(), in.get(0)));
            default -> together(node, in);
        };
    }

    private static boolean isFloat32(Node node) {
        return node.outputs().get(0).type() == DataType.FLOAT32;
    }

    private static boolean isWide(Tensor tensor) {
        return tensor.type().type() == DataType.FLOAT32;
    }

    private Tensor apply(Op op, Tensor... in) {
        return builder.apply(op, List.of(in)).get(0);
    }

    private Mixed wide(Nature nature, Tensor tensor) {
        return Mixed.wide(nature, tensor, () -> tensor.as(narrow));
    }

    private Mixed constant(Constant constant) {
        var type = constant.type().as(narrow);
        return Mixed.wide(Nature.WIDE, apply(constant), () -> apply(new Constant(constant.values(), type)));
    }

    private Mixed converted(Convert convert, Mixed in) {
        if (convert.to() != DataType.FLOAT32) {
            return Mixed.fixed(in.own().as(convert.to()));
        }
        return in.nature() == Nature.FIXED
                ? Mixed.wide(
                        Nature.WIDE, apply(convert, in.own()), () -> in.own().as(narrow))
                : in;
    }

    /** A sum is float32 from its first addend on; a maximum is exact in any type. */
    private Mixed reduced(Reduce reduce, Mixed in) {
        return reduce.fold() == Fold.MAX && in.nature() == Nature.NARROW
                ? Mixed.narrow(Nature.WIDE, apply(reduce, in.narrow()))
                : wide(Nature.WIDE, apply(reduce, in.wide()));
    }

    /** The same elements elsewhere: narrowing comes first, so that what several views are of is narrowed once. */
    private Mixed moved(Op op, Mixed in) {
        return Mixed.wide(in.nature(), apply(op, in.wide()), () -> apply(op, in.narrow()));
    }

    /** All operands in one type: the narrow one, unless they all came about in float32. */
    private List<Mixed> together(Node node, List<Mixed> in) {
        boolean narrows = in.stream().anyMatch(Mixed::narrows);
        var operands = in.stream().map(i -> narrows ? i.narrow() : i.wide()).toList();
        var results = builder.apply(node.op(), operands);
        return IntStream.range(0, results.size())
                .mapToObj(i -> result(node.outputs().get(i).type(), results.get(i)))
                .toList();
    }

    /** @param before its type in the program as it was */
    private Mixed result(DataType before, Tensor tensor) {
        if (before != DataType.FLOAT32) {
            return Mixed.fixed(tensor);
        }
        return isWide(tensor) ? wide(Nature.WIDE, tensor) : Mixed.narrow(Nature.NARROW, tensor);
    }
}
