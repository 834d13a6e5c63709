package org.borealis.backend.reference;

import java.util.Arrays;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Reduce;

/** Elements along a dim joined into one, from the first to the last. */
final class Reduction {
    private Reduction() {}

    static Kernel kernel(Reduce op, Slot in, Slot out) {
        var shape = in.type().shape();
        int size = shape.dim(op.dim());
        int inner = (int) shape.stride(op.dim());
        boolean sums = op.fold() == Fold.SUM;
        if (in.type().type().isFloat()) {
            return () ->
                    Elements.store(floats(Elements.floats(in), size, inner, sums, Elements.count(out.type())), out);
        }
        return () -> Elements.store(integers(Elements.words(in), size, inner, sums, Elements.count(out.type())), out);
    }

    private static double[] floats(double[] values, int size, int inner, boolean sums, int count) {
        var joined = new double[count];
        Arrays.fill(joined, sums ? 0 : Double.NEGATIVE_INFINITY);
        for (int i = 0; i < values.length; i++) {
            int to = i / (size * inner) * inner + i % inner;
            joined[to] = sums ? joined[to] + values[i] : Math.max(joined[to], values[i]);
        }
        return joined;
    }

    private static long[] integers(long[] values, int size, int inner, boolean sums, int count) {
        var joined = new long[count];
        Arrays.fill(joined, sums ? 0 : Long.MIN_VALUE);
        for (int i = 0; i < values.length; i++) {
            int to = i / (size * inner) * inner + i % inner;
            joined[to] = sums ? joined[to] + values[i] : Math.max(joined[to], values[i]);
        }
        return joined;
    }
}
