package org.borealis.backend.onednn;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of float32 at addresses, by the Vector API. Scores are padded to whole vectors; other rows end in single numbers. No masks: in
 * loops as short as these they end up as objects on the heap.
 */
final class Floats {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final long WIDTH = (long) LANES * Float.BYTES;

    // exp(x) = 2^n exp(r), r = x - n ln 2 in two parts; polynomial of Cephes' expf (Moshier 1989), 1 ulp on |r| <= ln 2
    // / 2.
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float ROUND = 0x1.8p23f; // added to a float, leaves its nearest integer in the low bits
    static final float LEAST = -87.3f; // below, exp is no normal number

    private static final VectorShuffle<Float> BY_8 = swap(8);
    private static final VectorShuffle<Float> BY_4 = swap(4);
    private static final VectorShuffle<Float> BY_2 = swap(2);
    private static final VectorShuffle<Float> BY_1 = swap(1);

    private Floats() {}

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Memory.ALL, address, ByteOrder.LITTLE_ENDIAN);
    }

    static void store(FloatVector values, long address) {
        values.intoMemorySegment(Memory.ALL, address, ByteOrder.LITTLE_ENDIAN);
    }

    /** Lanes change places with those this far away. */
    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LANES);
    }

    /**
     * The sum of all lanes, halves onto each other. reduceLanes leaves the order open, and has another in compiled code than in
     * interpreted code: a kernel would change its bits while a run warms up.
     */
    static float sum(FloatVector values) {
        // Not a loop: shuffles that are no constants end up as objects on the heap.
        var sum = values;
        if (LANES > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (LANES > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        sum = sum.add(sum.rearrange(BY_2));
        return sum.add(sum.rearrange(BY_1)).lane(0);
    }

    /** So many numbers as fill whole vectors. */
    static long padded(long count) {
        return Math.ceilDiv(count, (long) LANES) * LANES;
    }

    /** Distance between rows of so many scores: one vector more, so that columns do not all meet in a few lines of the cache. */
    static long pitch(long count) {
        return padded(count) + LANES;
    }

    /** Of numbers up to 88; of lower ones than -87.3, whose exp is no normal number, exp(-87.3). */
    static FloatVector exp(FloatVector x) {
        // Comparing and blending: max and min of Java's meaning take a third more time.
        var inside = x.blend(LEAST, x.compare(VectorOperators.LT, LEAST));
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
        float total = sum(sum);
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
