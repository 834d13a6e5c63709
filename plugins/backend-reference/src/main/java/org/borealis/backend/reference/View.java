package org.borealis.backend.reference;

import java.util.List;
import org.borealis.tensor.Shape;

/** A tensor seen through other sizes and strides: element [i, j, ..] is at start + i * stride[0] + j * stride[1] + .. */
final class View {
    private final int[] sizes;
    private final int start;
    private final int[] strides;

    private View(Shape shape, int start, int[] strides) {
        this.sizes = shape.dims().stream().mapToInt(size -> size).toArray();
        this.start = start;
        this.strides = strides;
    }

    /** Dims of size 1 repeated. */
    static View stretch(Shape from, Shape to) {
        var strides = strides(from);
        for (int d = 0; d < strides.length; d++) {
            strides[d] = from.dim(d) == 1 ? 0 : strides[d];
        }
        return new View(to, 0, strides);
    }

    /** Dims reordered: dim i is dim {@code order[i]} of what is seen. */
    static View transpose(Shape from, List<Integer> order) {
        var strides = strides(from);
        return new View(
                new Shape(order.stream().map(from::dim).toList()),
                0,
                order.stream().mapToInt(d -> strides[d]).toArray());
    }

    /** Part of a dim. */
    static View slice(Shape from, int dim, int first, int length) {
        var strides = strides(from);
        return new View(from.with(dim, length), first * strides[dim], strides);
    }

    private static int[] strides(Shape shape) {
        var strides = new int[shape.rank()];
        for (int d = 0; d < strides.length; d++) {
            strides[d] = (int) shape.stride(d);
        }
        return strides;
    }

    /** What is seen, dense: the values themselves where nothing moves. */
    double[] of(double[] values) {
        if (isWhole(values.length)) {
            return values;
        }
        var seen = new double[count()];
        rows((to, from, step, length) -> {
            for (int i = 0; i < length; i++) {
                seen[to + i] = values[from + i * step];
            }
        });
        return seen;
    }

    /** What is seen, dense: the values themselves where nothing moves. */
    long[] of(long[] values) {
        if (isWhole(values.length)) {
            return values;
        }
        var seen = new long[count()];
        rows((to, from, step, length) -> {
            for (int i = 0; i < length; i++) {
                seen[to + i] = values[from + i * step];
            }
        });
        return seen;
    }

    /** Whether each of so many values is seen in its own place. */
    private boolean isWhole(int values) {
        int stride = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            if (sizes[d] != 1 && strides[d] != stride) {
                return false;
            }
            stride *= sizes[d];
        }
        return start == 0 && stride == values;
    }

    private int count() {
        int count = 1;
        for (int size : sizes) {
            count *= size;
        }
        return count;
    }

    private interface Row {
        void copy(int to, int from, int step, int length);
    }

    /** Each row along the innermost dim, in order. */
    private void rows(Row row) {
        int last = sizes.length - 1;
        int length = last < 0 ? 1 : sizes[last];
        int step = last < 0 ? 0 : strides[last];
        int count = count();
        var index = new int[sizes.length];
        int from = start;
        for (int to = 0; to < count; to += length) {
            row.copy(to, from, step, length);
            for (int d = last - 1; d >= 0; d--) { // on to the next row, carrying like an odometer
                from += strides[d];
                index[d]++;
                if (index[d] < sizes[d]) {
                    break;
                }
                from -= strides[d] * sizes[d];
                index[d] = 0;
            }
        }
    }
}
