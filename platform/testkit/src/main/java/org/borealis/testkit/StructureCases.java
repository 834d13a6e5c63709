package org.borealis.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Concatenate;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Primitive.RandomBits;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Primitive.WriteSlice;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;

/** What moves, joins and multiplies elements, at odd sizes and at none. */
final class StructureCases {
    private static final Bound EXACT = new Bound.Exact();

    private StructureCases() {}

    static Stream<OpCase> of(DataType type) {
        return Stream.of(sources(type), products(type), reductions(type), moves(type), tables(type))
                .flatMap(List::stream);
    }

    static Stream<OpCase> randomBits() {
        return Stream.of(Shape.SCALAR, Shape.of(3), Shape.of(129), Shape.of(5, 7))
                .map(shape -> OpCase.of(
                        new RandomBits(0xFEDCBA9876543210L, shape),
                        EXACT,
                        HostTensor.ofIntegers(TensorType.of(DataType.INT64), 0x7_0000_0003L)));
    }

    private static List<OpCase> sources(DataType type) {
        var cases = new ArrayList<OpCase>();
        double value = type.isFloat() ? 0.3 : 1;
        for (var shape : List.of(Shape.SCALAR, Shape.of(129), Shape.of(3, 5), Shape.of(0))) {
            cases.add(OpCase.of(new Constant(value, new TensorType(type, shape)), EXACT));
        }
        var all = Samples.of(type, 1, 3, 5);
        cases.add(OpCase.of(new Constant(Arrays.stream(all.values()).boxed().toList(), all.type()), EXACT));
        if (type != DataType.BOOL) {
            for (int dim = 0; dim < 3; dim++) {
                cases.add(OpCase.of(new Iota(dim, TensorType.of(type, 3, 5, 7)), EXACT));
            }
            cases.add(OpCase.of(new Iota(0, TensorType.of(type, 129)), EXACT));
        }
        return cases;
    }

    private static List<OpCase> products(DataType type) {
        var cases = new ArrayList<OpCase>();
        if (!type.isFloat()) {
            return cases;
        }
        int[][] sizes = {{1, 1, 1}, {3, 129, 1}, {129, 3, 129}, {1, 129, 3}, {5, 0, 3}, {0, 3, 5}};
        for (int transposes = 0; transposes < 4; transposes++) {
            boolean left = (transposes & 1) != 0;
            boolean right = (transposes & 2) != 0;
            for (var size : sizes) {
                cases.add(product(type, left, right, size[0], size[1], size[2]));
            }
            cases.add(product(type, left, right, 3, 7, 5, 3));
            cases.add(product(type, left, right, 3, 7, 5, 2, 1));
        }
        return cases;
    }

    private static OpCase product(DataType type, boolean left, boolean right, int m, int k, int n, int... outer) {
        return OpCase.of(
                new MatMul(left, right),
                new Bound.Sum(k),
                Samples.of(type, 1, with(outer, left ? k : m, left ? m : k)),
                Samples.of(type, 2, with(outer, right ? n : k, right ? k : n)));
    }

    private static int[] with(int[] outer, int rows, int columns) {
        var sizes = Arrays.copyOf(outer, outer.length + 2);
        sizes[outer.length] = rows;
        sizes[outer.length + 1] = columns;
        return sizes;
    }

    private static List<OpCase> reductions(DataType type) {
        var cases = new ArrayList<OpCase>();
        if (type == DataType.BOOL) {
            return cases;
        }
        for (var shape : List.of(Shape.of(1), Shape.of(129), Shape.of(3, 129), Shape.of(129, 3), Shape.of(3, 5, 7))) {
            for (int dim = 0; dim < shape.rank(); dim++) {
                var in = Samples.of(new TensorType(type, shape), 1);
                cases.add(OpCase.of(new Reduce(Fold.SUM, dim), new Bound.Sum(shape.dim(dim)), in));
                cases.add(OpCase.of(new Reduce(Fold.MAX, dim), EXACT, in));
            }
        }
        cases.add(OpCase.of(new Reduce(Fold.SUM, 1), EXACT, new HostTensor(TensorType.of(type, 3, 0))));
        cases.add(OpCase.of(new Reduce(Fold.MAX, 1), EXACT, new HostTensor(TensorType.of(type, 0, 3))));
        if (type.isFloat()) {
            var odd = HostTensor.of(
                    TensorType.of(type, 3, 3),
                    Double.NaN,
                    1,
                    2,
                    Double.NEGATIVE_INFINITY,
                    Double.NEGATIVE_INFINITY,
                    Double.NEGATIVE_INFINITY,
                    1,
                    Double.POSITIVE_INFINITY,
                    -1);
            cases.add(OpCase.of(new Reduce(Fold.MAX, 1), EXACT, odd));
            cases.add(OpCase.of(new Reduce(Fold.SUM, 1), new Bound.Sum(3), odd));
        }
        return cases;
    }

    private static List<OpCase> moves(DataType type) {
        var x = Samples.of(type, 1, 3, 5, 7);
        return List.of(
                OpCase.of(new Broadcast(Shape.of(129)), EXACT, Samples.of(type, 1, 1)),
                OpCase.of(new Broadcast(Shape.of(3, 5, 7)), EXACT, Samples.of(type, 1, 3, 1, 7)),
                OpCase.of(new Broadcast(Shape.of(3, 5, 7)), EXACT, Samples.of(type, 1, 1, 5, 1)),
                OpCase.of(new Reshape(Shape.of(7, 15)), EXACT, x),
                OpCase.of(new Reshape(Shape.SCALAR), EXACT, Samples.of(type, 1, 1, 1)),
                OpCase.of(new Transpose(List.of(1, 0)), EXACT, Samples.of(type, 1, 3, 129)),
                OpCase.of(new Transpose(List.of(2, 0, 1)), EXACT, x),
                OpCase.of(new Transpose(List.of(0, 1, 2)), EXACT, x),
                OpCase.of(new Transpose(List.of(0, 2, 1, 3)), EXACT, Samples.of(type, 1, 2, 3, 5, 7)),
                OpCase.of(new Slice(0, 1, 2), EXACT, x),
                OpCase.of(new Slice(1, 4, 1), EXACT, x),
                OpCase.of(new Slice(2, 1, 5), EXACT, x),
                OpCase.of(new Slice(2, 3, 0), EXACT, x),
                OpCase.of(new Concatenate(0), EXACT, x),
                OpCase.of(new Concatenate(1), EXACT, x, Samples.of(type, 2, 3, 1, 7), Samples.of(type, 3, 3, 2, 7)),
                OpCase.of(new Concatenate(2), EXACT, x, Samples.of(type, 2, 3, 5, 0), Samples.of(type, 3, 3, 5, 1)));
    }

    private static List<OpCase> tables(DataType type) {
        var cases = new ArrayList<>(List.of(
                OpCase.of(new Gather(), EXACT, Samples.of(type, 1, 129, 3), Samples.indices(129, 2, 5, 7)),
                OpCase.of(new Gather(), EXACT, Samples.of(type, 1, 5), Samples.indices(5, 2)),
                OpCase.of(new Gather(), EXACT, Samples.of(type, 1, 5, 2, 3), Samples.indices(5, 2, 0)),
                OpCase.of(new WriteSlice(0), EXACT, Samples.of(type, 1, 9, 3), Samples.of(type, 2, 2, 3), position(7)),
                OpCase.of(
                        new WriteSlice(1),
                        EXACT,
                        Samples.of(type, 1, 3, 129, 5),
                        Samples.of(type, 2, 3, 3, 5),
                        position(64)),
                OpCase.of(new WriteSlice(0), EXACT, Samples.of(type, 1, 5), Samples.of(type, 2, 5), position(0))));
        if (type != DataType.BOOL) {
            cases.add(OpCase.of(
                    new ScatterAdd(3), new Bound.Sum(129), Samples.indices(3, 1, 129), Samples.of(type, 2, 129, 5)));
            cases.add(OpCase.of(
                    new ScatterAdd(129), new Bound.Sum(35), Samples.indices(129, 1, 5, 7), Samples.of(type, 2, 5, 7)));
            cases.add(OpCase.of(
                    new ScatterAdd(5), new Bound.Sum(0), Samples.indices(5, 1, 0), Samples.of(type, 2, 0, 3)));
        }
        return cases;
    }

    private static HostTensor position(int position) {
        return HostTensor.of(TensorType.of(DataType.INT32), position);
    }
}
