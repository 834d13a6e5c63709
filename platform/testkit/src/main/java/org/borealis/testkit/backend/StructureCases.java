package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Concatenate;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Primitive.RandomBits;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/** What moves, joins and multiplies elements, at odd sizes and at none. */
final class StructureCases {
    private static final Bound EXACT = new Bound.Exact();

    private StructureCases() {}

    static Stream<OpCase> of(DataType type) {
        return Stream.of(sources(type), products(type), reductions(type), moves(type), TableCases.of(type))
                .flatMap(List::stream);
    }

    /** Keys and steps of every sign, sizes around a block of four words. */
    static Stream<OpCase> randomBits() {
        var shapes = List.of(
                Shape.SCALAR, Shape.of(1), Shape.of(3), Shape.of(4), Shape.of(129), Shape.of(5, 7), Shape.of(0));
        var steps = new long[] {0, 1, -1, 0x7_0000_0003L, Long.MIN_VALUE, Long.MAX_VALUE};
        var cases = new ArrayList<OpCase>();
        for (long key : new long[] {0xFEDCBA9876543210L, 0, -1, 0x7FFFFFFFL, 0x80000000L}) {
            for (long step : steps) {
                var shape = shapes.get(cases.size() % shapes.size());
                var counter = HostTensor.ofIntegers(TensorType.of(DataType.INT64), step);
                cases.add(OpCase.of(new RandomBits(key, shape), EXACT, counter));
            }
        }
        return cases.stream();
    }

    private static List<OpCase> sources(DataType type) {
        var cases = new ArrayList<OpCase>();
        double value = type.isFloat() ? 0.3 : 1;
        for (var shape : List.of(Shape.SCALAR, Shape.of(1), Shape.of(129), Shape.of(3, 5), Shape.of(0))) {
            cases.add(OpCase.of(new Constant(value, new TensorType(type, shape)), EXACT));
        }
        for (double edge : type == DataType.INT64
                ? new double[] {0, -1, 0x1p53, -0x1p63}
                : Edges.of(type).values()) {
            cases.add(OpCase.of(new Constant(edge, TensorType.of(type, 3)), EXACT));
        }
        var all = Samples.of(type, 1, 3, 5);
        cases.add(OpCase.of(new Constant(Arrays.stream(all.values()).boxed().toList(), all.type()), EXACT));
        if (type != DataType.BOOL) {
            for (int dim = 0; dim < 3; dim++) {
                cases.add(OpCase.of(new Iota(dim, TensorType.of(type, 3, 5, 7)), EXACT));
            }
            for (int size : new int[] {1, 3, 129, 0}) {
                cases.add(OpCase.of(new Iota(0, TensorType.of(type, size)), EXACT));
            }
            cases.add(OpCase.of(new Iota(1, TensorType.of(type, 3, 0)), EXACT));
        }
        return cases;
    }

    private static List<OpCase> products(DataType type) {
        var cases = new ArrayList<OpCase>();
        if (!type.isFloat()) {
            return cases;
        }
        int[][] sizes = {
            {1, 1, 1},
            {3, 3, 3},
            {3, 129, 1},
            {129, 3, 129},
            {1, 129, 3},
            {129, 129, 129},
            {5, 0, 3},
            {0, 3, 5},
            {3, 5, 0}
        };
        for (int transposes = 0; transposes < 4; transposes++) {
            boolean left = (transposes & 1) != 0;
            boolean right = (transposes & 2) != 0;
            for (var size : sizes) {
                cases.add(product(type, left, right, size[0], size[1], size[2]));
            }
            cases.add(product(type, left, right, 3, 7, 5, 3));
            cases.add(product(type, left, right, 3, 7, 5, 2, 1));
            cases.add(product(type, left, right, 1, 129, 1, 3, 5));
            cases.add(product(type, left, right, 3, 7, 5, 0));
        }
        cases.add(oddProduct(type, false, false));
        cases.add(oddProduct(type, true, true));
        return cases;
    }

    /** A row of NaN, of infinity times zero, of infinity, and of what is too large for the narrower types. */
    private static OpCase oddProduct(DataType type, boolean left, boolean right) {
        double infinity = Double.POSITIVE_INFINITY;
        double greatest = Precision.of(type).greatest();
        return OpCase.of(
                new MatMul(left, right),
                new Bound.Sum(4),
                HostTensor.of(
                        TensorType.of(type, 4, 4),
                        left
                                ? new double[] {
                                    Double.NaN, 0, 1, 0, 0, infinity, 0, 0, 0, 0, -infinity, 0, 0, 0, 0, greatest
                                }
                                : new double[] {
                                    Double.NaN, 0, 0, 0, 0, infinity, 0, 0, 1, 0, -infinity, 0, 0, 0, 0, greatest
                                }),
                HostTensor.of(
                        TensorType.of(type, 4, 4),
                        1,
                        2,
                        3,
                        4,
                        2,
                        1,
                        0,
                        1,
                        3,
                        0,
                        1,
                        2,
                        4,
                        1,
                        2,
                        type == DataType.FLOAT64 ? 1 : 4));
    }

    private static OpCase product(DataType type, boolean left, boolean right, int m, int k, int n, int... outer) {
        return OpCase.sampled(
                new MatMul(left, right),
                new Bound.Sum(k),
                TensorType.of(type, with(outer, left ? k : m, left ? m : k)),
                TensorType.of(type, with(outer, right ? n : k, right ? k : n)));
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
        for (var shape : List.of(
                Shape.of(1),
                Shape.of(3),
                Shape.of(129),
                Shape.of(3, 129),
                Shape.of(129, 3),
                Shape.of(3, 5, 7),
                Shape.of(1, 129, 1, 3))) {
            for (int dim = 0; dim < shape.rank(); dim++) {
                reductions(cases, dim, Samples.of(new TensorType(type, shape), 1));
            }
        }
        cases.add(OpCase.of(new Reduce(Fold.SUM, 1), EXACT, new HostTensor(TensorType.of(type, 3, 0))));
        cases.add(OpCase.of(new Reduce(Fold.SUM, 0), EXACT, new HostTensor(TensorType.of(type, 0, 3))));
        cases.add(OpCase.of(new Reduce(Fold.MAX, 1), EXACT, new HostTensor(TensorType.of(type, 0, 3))));
        reductions(cases, 1, Edges.rows(type));
        if (type.isFloat()) {
            for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                reductions(cases, 1, Edges.lines(type, odd));
            }
        }
        return cases;
    }

    /** The sign of a zero maximum is left open. */
    private static void reductions(List<OpCase> cases, int dim, HostTensor in) {
        cases.add(OpCase.of(
                new Reduce(Fold.SUM, dim), new Bound.Sum(in.type().shape().dim(dim)), in));
        cases.add(OpCase.of(new Reduce(Fold.MAX, dim), new Bound.Ulps(0), in));
    }

    private static List<OpCase> moves(DataType type) {
        var x = Samples.of(type, 1, 3, 5, 7);
        return List.of(
                OpCase.of(new Broadcast(Shape.of(1)), EXACT, Samples.of(type, 1, 1)),
                OpCase.of(new Broadcast(Shape.SCALAR), EXACT, Samples.of(type, 1)),
                OpCase.of(new Broadcast(Shape.of(3, 0)), EXACT, Samples.of(type, 1, 3, 1)),
                OpCase.of(new Broadcast(Shape.of(2, 3, 5, 7)), EXACT, Samples.of(type, 1, 1, 3, 1, 7)),
                OpCase.of(new Reshape(Shape.of(1, 129)), EXACT, Samples.of(type, 1, 129)),
                OpCase.of(new Reshape(Shape.of(5, 0)), EXACT, Samples.of(type, 1, 0, 3)),
                OpCase.of(new Transpose(List.of(0)), EXACT, Samples.of(type, 1, 129)),
                OpCase.of(new Transpose(List.of()), EXACT, Samples.of(type, 1)),
                OpCase.of(new Transpose(List.of(1, 0)), EXACT, Samples.of(type, 1, 3, 0)),
                OpCase.of(new Transpose(List.of(1, 0)), EXACT, Samples.of(type, 1, 1, 129)),
                OpCase.of(new Slice(0, 0, 129), EXACT, Samples.of(type, 1, 129)),
                OpCase.of(new Slice(0, 128, 1), EXACT, Samples.of(type, 1, 129)),
                OpCase.of(new Concatenate(0), EXACT, lines(type, 1, 3, 129, 0, 5)),
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

    private static HostTensor[] lines(DataType type, int... sizes) {
        return Arrays.stream(sizes)
                .mapToObj(size -> Samples.of(type, size, size))
                .toArray(HostTensor[]::new);
    }
}
