package org.borealis.backend.onednn;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of float32 at addresses, by the Vector API. Scores are padded to whole vectors; other rows end in single numbers. No masks: in
 * loops as short as these they end up as objects on the heap.
 */
final class Floats {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    private static final long WIDTH = (long) LANES * Float.BYTES;

    // exp(x) = 2^n exp(r), r = x - n ln 2 in two parts; polynomial of Cephes' expf (Moshier 1989), 1 ulp on |r| <= ln 2
    // / 2.
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float ROUND = 0x1.8p23f; // added to a float, leaves its nearest integer in the low bits
    private static final float LEAST = -87.3f; // below, exp is no normal number
    private static final float GREATEST = 88.7f;

    private Floats() {}

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Memory.ALL, address, ByteOrder.LITTLE_ENDIAN);
    }

    static void store(FloatVector values, long address) {
        values.intoMemorySegment(Memory.ALL, address, ByteOrder.LITTLE_ENDIAN);
    }

    /** So many numbers as fill whole vectors. */
    static long padded(long count) {
        return Math.ceilDiv(count, (long) LANES) * LANES;
    }

    /** Distance between rows of so many scores: one vector more, so that columns do not all meet in a few lines of the cache. */
    static long pitch(long count) {
        return padded(count) + LANES;
    }

    /** Of numbers up to 88; what would be less than the least normal number is that or 0. */
    static FloatVector exp(FloatVector x) {
        var inside = x.max(LEAST).min(GREATEST);
        var shifted = inside.fma(FloatVector.broadcast(SPECIES, LOG2_E), FloatVector.broadcast(SPECIES, ROUND));
        var n = shifted.sub(ROUND);
        var r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), inside);
        r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
        var p = FloatVector.broadcast(SPECIES, 1.9875691500e-4f);
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1.3981999507e-3f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
        p = p.fma(r.mul(r), r.add(1));
        var power =
                shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3f800000);
        return p.mul(power.reinterpretAsFloats());
    }

    static void add(long to, long from, long count) {
        long end = to + (count - count % LANES) * Float.BYTES;
        long distance = from - to;
        long at = to;
        for (; at < end; at += WIDTH) {
            store(load(at).add(load(at + distance)), at);
        }
        for (; at < to + count * Float.BYTES; at += Float.BYTES) {
            Memory.putFloat(at, Memory.getFloat(at) + Memory.getFloat(at + distance));
        }
    }

    static void scale(long row, float factor, long count) {
        long end = row + (count - count % LANES) * Float.BYTES;
        long at = row;
        for (; at < end; at += WIDTH) {
            store(load(at).mul(factor), at);
        }
        for (; at < row + count * Float.BYTES; at += Float.BYTES) {
            Memory.putFloat(at, Memory.getFloat(at) * factor);
        }
    }

    static float dot(long a, long b, long count) {
        var sum = FloatVector.zero(SPECIES);
        long end = a + (count - count % LANES) * Float.BYTES;
        long distance = b - a;
        long at = a;
        for (; at < end; at += WIDTH) {
            sum = load(at).fma(load(at + distance), sum);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (; at < a + count * Float.BYTES; at += Float.BYTES) {
            total = Math.fma(Memory.getFloat(at), Memory.getFloat(at + distance), total);
        }
        return total;
    }

    static void fill(long row, float value, long count) {
        var values = FloatVector.broadcast(SPECIES, value);
        long end = row + (count - count % LANES) * Float.BYTES;
        long at = row;
        for (; at < end; at += WIDTH) {
            store(values, at);
        }
        for (; at < row + count * Float.BYTES; at += Float.BYTES) {
            Memory.putFloat(at, value);
        }
    }

    /** The greatest of whole vectors. */
    static float max(long row, long count) {
        var max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        long end = row + count * Float.BYTES;
        long at = row;
        for (; at < end; at += WIDTH) {
            max = max.max(load(at));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** Replaces each number x of whole vectors by exp(x - shift); gives their sum. */
    static float exponentials(long row, float shift, long count) {
        var sum = FloatVector.zero(SPECIES);
        long end = row + count * Float.BYTES;
        long at = row;
        for (; at < end; at += WIDTH) {
            var e = exp(load(at).sub(shift));
            store(e, at);
            sum = sum.add(e);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /**
     * Replaces each score x by its weight exp(x - logSumExp), and each gradient d of a weight by the score's,
     * weight * (d - shift) * factor; whole vectors of them.
     */
    static void softmaxGradient(long scores, float logSumExp, long gradients, float shift, float factor, long count) {
        long end = scores + count * Float.BYTES;
        long distance = gradients - scores;
        long at = scores;
        for (; at < end; at += WIDTH) {
            var weight = exp(load(at).sub(logSumExp));
            store(weight, at);
            store(load(at + distance).sub(shift).mul(weight).mul(factor), at + distance);
        }
    }

    /** Logarithm of the sum of the exponentials of a row of any length, kept as it is. */
    static double logSumExp(long row, long count) {
        long whole = count - count % LANES;
        long end = row + whole * Float.BYTES;
        float highest = max(row, whole);
        for (long at = end; at < row + count * Float.BYTES; at += Float.BYTES) {
            highest = Math.max(highest, Memory.getFloat(at));
        }
        double total = sumOfExponentials(row, highest, end);
        for (long at = end; at < row + count * Float.BYTES; at += Float.BYTES) {
            total += Math.exp(Memory.getFloat(at) - highest);
        }
        return highest + Math.log(total);
    }

    private static float sumOfExponentials(long row, float shift, long end) {
        var sum = FloatVector.zero(SPECIES);
        for (long at = row; at < end; at += WIDTH) {
            sum = sum.add(exp(load(at).sub(shift)));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /** Writes factor * exp(x - logSumExp) of a row of any length to another place. */
    static void softmax(long row, float logSumExp, float factor, long to, long count) {
        long end = row + (count - count % LANES) * Float.BYTES;
        long distance = to - row;
        long at = row;
        for (; at < end; at += WIDTH) {
            store(exp(load(at).sub(logSumExp)).mul(factor), at + distance);
        }
        for (; at < row + count * Float.BYTES; at += Float.BYTES) {
            Memory.putFloat(at + distance, (float) Math.exp(Memory.getFloat(at) - logSumExp) * factor);
        }
    }

    /** Turns pairs (a, b), whose halves are {@code count} apart, by angles: a cos - b sin, b cos + a sin. */
    static void turn(long x, long cosine, long sine, long to, long count) {
        long half = count * Float.BYTES;
        long whole = (count - count % LANES) * Float.BYTES;
        long at = 0;
        for (; at < whole; at += WIDTH) {
            var a = load(x + at);
            var b = load(x + half + at);
            var c = load(cosine + at);
            var s = load(sine + at);
            store(a.mul(c).sub(b.mul(s)), to + at);
            store(b.mul(c).add(a.mul(s)), to + half + at);
        }
        for (; at < half; at += Float.BYTES) {
            float a = Memory.getFloat(x + at);
            float b = Memory.getFloat(x + half + at);
            float c = Memory.getFloat(cosine + at);
            float s = Memory.getFloat(sine + at);
            Memory.putFloat(to + at, a * c - b * s);
            Memory.putFloat(to + half + at, b * c + a * s);
        }
    }
}
