package org.borealis.backend.onednn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Softmax of rows at addresses, and what goes with it. */
final class SoftmaxRows {
    /** Logarithm of a weight that is nothing beside the others of its row, whose sum is 1: 9e-27. */
    private static final float FAINTEST = -60;

    private SoftmaxRows() {}

    /** The greatest of whole vectors. */
    static float max(long row, long count) {
        var max = FloatVector.broadcast(Floats.SPECIES, Float.NEGATIVE_INFINITY);
        long end = row + count * Float.BYTES;
        long at = row;
        for (; at < end; at += Floats.WIDTH) {
            var x = Floats.load(at);
            max = max.blend(x, x.compare(VectorOperators.GT, max)); // passes by NaN, whose exponential is NaN anyway
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** Replaces each number x of whole vectors by {@link #weight weight(x - shift)}; gives their sum. */
    static float exponentials(long row, float shift, long count) {
        var sum = FloatVector.zero(Floats.SPECIES);
        long end = row + count * Float.BYTES;
        long at = row;
        for (; at < end; at += Floats.WIDTH) {
            var e = weight(Floats.load(at).sub(shift));
            Floats.store(e, at);
            sum = sum.add(e);
        }
        return Floats.sum(sum);
    }

    /**
     * The exponential, but 0 for what is {@link #FAINTEST}: products with it would be numbers below the normal ones, which take a processor
     * a hundred times as long, and a key that no row attends to has a sum of nothing else.
     */
    private static FloatVector weight(FloatVector x) {
        return Floats.exp(x).blend(0, x.compare(VectorOperators.LT, FAINTEST));
    }

    /**
     * Replaces each score x by its weight {@link #weight weight(x - logSumExp)}, and each gradient d of a weight by the score's,
     * weight * (d - shift) * factor; whole vectors of them.
     */
    static void softmaxGradient(long scores, float logSumExp, long gradients, float shift, float factor, long count) {
        long end = scores + count * Float.BYTES;
        long distance = gradients - scores;
        long at = scores;
        for (; at < end; at += Floats.WIDTH) {
            var weight = weight(Floats.load(at).sub(logSumExp));
            Floats.store(weight, at);
            Floats.store(Floats.load(at + distance).sub(shift).mul(weight).mul(factor), at + distance);
        }
    }

    /** Logarithm of the sum of the exponentials of a row of any length, kept as it is. */
    static double logSumExp(long row, long count) {
        long whole = count - count % Floats.LANES;
        long end = row + whole * Float.BYTES;
        float highest = highest(row, count);
        double total = sumOfExponentials(row, highest, end);
        for (long at = end; at < row + count * Float.BYTES; at += Float.BYTES) {
            total += Math.exp(Memory.getFloat(at) - highest);
        }
        return highest + Math.log(total);
    }

    private static float sumOfExponentials(long row, float shift, long end) {
        var sum = FloatVector.zero(Floats.SPECIES);
        for (long at = row; at < end; at += Floats.WIDTH) {
            sum = sum.add(Floats.exp(Floats.load(at).sub(shift)));
        }
        return Floats.sum(sum);
    }

    /** Writes factor * Floats.exp(x - logSumExp) of a row of any length to another place. */
    static void softmax(long row, float logSumExp, float factor, long to, long count) {
        long end = row + (count - count % Floats.LANES) * Float.BYTES;
        long distance = to - row;
        long at = row;
        for (; at < end; at += Floats.WIDTH) {
            Floats.store(Floats.exp(Floats.load(at).sub(logSumExp)).mul(factor), at + distance);
        }
        for (; at < row + count * Float.BYTES; at += Float.BYTES) {
            Memory.putFloat(at + distance, (float) Math.exp(Memory.getFloat(at) - logSumExp) * factor);
        }
    }

    /** Writes the softmax of a row of any length to another place, or to its own; what would be no normal number is 0. */
    static void softmax(long row, long to, long count) {
        long whole = count - count % Floats.LANES;
        long end = row + whole * Float.BYTES;
        long distance = to - row;
        float highest = highest(row, count);
        var sums = FloatVector.zero(Floats.SPECIES);
        for (long at = row; at < end; at += Floats.WIDTH) {
            var x = Floats.load(at).sub(highest);
            var e = Floats.exp(x).blend(0, x.compare(VectorOperators.LT, Floats.LEAST));
            Floats.store(e, at + distance);
            sums = sums.add(e);
        }
        float sum = Floats.sum(sums);
        for (long at = end; at < row + count * Float.BYTES; at += Float.BYTES) {
            float e = (float) Math.exp(Memory.getFloat(at) - highest);
            Memory.putFloat(at + distance, e);
            sum += e;
        }
        Floats.scale(to, 1 / sum, count);
    }

    private static float highest(long row, long count) {
        long whole = count - count % Floats.LANES;
        float highest = max(row, whole);
        for (long at = row + whole * Float.BYTES; at < row + count * Float.BYTES; at += Float.BYTES) {
            highest = Math.max(highest, Memory.getFloat(at));
        }
        return highest;
    }
}
