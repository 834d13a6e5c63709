package org.borealis.testkit.backend;

import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;

/** Numbers where implementations differ: zeros of both signs, infinities, NaN, the greatest, the least, and ties of rounding. */
final class Edges {
    private Edges() {}

    /** All of a type's, in a line. */
    static HostTensor of(DataType type) {
        return switch (type) {
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> {
                var precision = Precision.of(type);
                yield numbers(
                        type,
                        0,
                        -0.0,
                        1,
                        -1,
                        0.5,
                        -2.5,
                        3,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        Double.NaN,
                        precision.greatest(),
                        -precision.greatest(),
                        precision.leastNormal());
            }
            case INT64 -> integers(type, 0, 1, -1, 2, 7, -7, Long.MIN_VALUE, Long.MAX_VALUE);
            case INT32 -> integers(type, 0, 1, -1, 2, 7, -7, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT8 -> integers(type, 0, 1, 2, 7, 128, 255);
            case BOOL -> integers(type, 0, 1);
        };
    }

    /** What may be divided by: not 0, but -1, by which the least integer wraps. */
    static HostTensor divisors(DataType type) {
        return switch (type) {
            case INT64 -> integers(type, 1, -1, 2, 7, -7, Long.MIN_VALUE, Long.MAX_VALUE);
            case INT32 -> integers(type, 1, -1, 2, 7, -7, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT8 -> integers(type, 1, 2, 7, 128, 255);
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16, BOOL -> of(type);
        };
    }

    /** What can be converted from {@code from} to {@code to}: a float that an integer does not hold is undefined. */
    static HostTensor convertible(DataType from, DataType to) {
        if (!from.isFloat() || to == DataType.BOOL) {
            return of(from);
        }
        return switch (to) {
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> ties(from, to);
            case INT64, INT32 ->
                numbers(from, 0, -0.0, 0.5, -0.5, 0.99, -0.99, 1, -1, 2.5, -2.5, 100.75, -100.75, 32752, -32752);
            case UINT8 -> numbers(from, 0, -0.0, 0.5, -0.5, 1, 2.5, 127.5, 128, 200, 255);
            case BOOL -> of(from);
        };
    }

    /** Every edge, and halfway between neighbours of the narrower type: to even, up and down, and just beside. */
    private static HostTensor ties(DataType from, DataType to) {
        var edges = of(from).values();
        double half = Precision.of(to).epsilon() / 2;
        double beside = Math.max(half / 64, Precision.of(from).epsilon());
        var ties = new double[] {
            1 + half, -1 - half, 1 + 3 * half, -1 - 3 * half, 1 + half + beside, 1 + half - beside, 3 + 2 * half, 0.1
        };
        var all = java.util.Arrays.copyOf(edges, edges.length + ties.length);
        System.arraycopy(ties, 0, all, edges.length, ties.length);
        return numbers(from, all);
    }

    /** Rows whose sum and maximum are not in doubt, each with an edge somewhere. */
    static HostTensor rows(DataType type) {
        if (!type.isFloat()) {
            return integerRows(type);
        }
        double infinity = Double.POSITIVE_INFINITY;
        double greatest = Precision.of(type).greatest();
        return matrix(type, new double[][] {
            {Double.NaN, 1, 2},
            {1, Double.NaN, 2},
            {1, 2, Double.NaN},
            {-infinity, -infinity, -infinity},
            {1, infinity, -1},
            {infinity, -infinity, 0},
            {-infinity, Double.NaN, infinity},
            {-1, -infinity, -2},
            {-0.0, -0.0, -0.0},
            {-0.0, 0, -0.0},
            {greatest, 0, greatest},
            {-greatest, -greatest, 0},
            {-3, -1, -2}
        });
    }

    private static HostTensor integerRows(DataType type) {
        long least = type == DataType.INT64 ? Long.MIN_VALUE : type == DataType.INT32 ? Integer.MIN_VALUE : 0;
        long most = type == DataType.INT64 ? Long.MAX_VALUE : type == DataType.INT32 ? Integer.MAX_VALUE : 255;
        return HostTensor.ofIntegers(
                TensorType.of(type, 5, 3),
                least,
                least,
                least,
                most,
                1,
                0,
                least,
                most,
                0,
                most,
                most,
                most,
                127,
                128,
                1);
    }

    /** A long line with one odd number in it, wherever a vector or a thread may begin or end. */
    static HostTensor lines(DataType type, double odd) {
        int[] places = {0, 1, 7, 8, 31, 63, 64, 127, 128};
        return HostTensor.fill(
                TensorType.of(type, places.length, 129), i -> i % 129 == places[i / 129] ? odd : (i % 5) - 2);
    }

    private static HostTensor matrix(DataType type, double[][] rows) {
        return HostTensor.fill(
                TensorType.of(type, rows.length, rows[0].length), i -> rows[i / rows[0].length][i % rows[0].length]);
    }

    static HostTensor numbers(DataType type, double... values) {
        return HostTensor.fill(TensorType.of(type, values.length), i -> values[i]);
    }

    private static HostTensor integers(DataType type, long... values) {
        return HostTensor.ofIntegers(new TensorType(type, Shape.of(values.length)), values);
    }
}
