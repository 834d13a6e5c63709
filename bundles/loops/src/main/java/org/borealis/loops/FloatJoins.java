package org.borealis.loops;

import static org.borealis.loops.Lanes.at;

import org.borealis.tensor.Primitive.Fold;

/** Joins float32 in native memory. Nothing beyond the elements named is read or written. */
final class FloatJoins {
    private FloatJoins() {}

    /** Where joining begins. */
    static float identity(Fold fold) {
        return fold == Fold.SUM ? 0 : Float.NEGATIVE_INFINITY;
    }

    static void fill(long to, float number, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            Lanes.put(Lanes.all(number), to, i);
        }
        for (; i < n; i++) {
            Lanes.putOne(number, to, i);
        }
    }

    /** Joins each element with its running result. */
    static void accumulate(Fold fold, long to, long from, int n) {
        join(fold, to, to, from, n);
    }

    /** Adds the product of each two elements to its running sum, both rounded. */
    static void accumulateProducts(long to, long a, long b, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            Lanes.put(at(to, i).add(at(a, i).mul(at(b, i))), to, i);
        }
        for (; i < n; i++) {
            Lanes.putOne(Lanes.one(to, i) + Lanes.one(a, i) * Lanes.one(b, i), to, i);
        }
    }

    /** Joins the elements of a run with those of another. */
    private static void join(Fold fold, long to, long a, long b, int n) {
        if (fold == Fold.SUM) {
            add(to, a, b, n);
        } else {
            maximum(to, a, b, n);
        }
    }

    private static void add(long to, long a, long b, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            Lanes.put(at(a, i).add(at(b, i)), to, i);
        }
        for (; i < n; i++) {
            Lanes.putOne(Lanes.one(a, i) + Lanes.one(b, i), to, i);
        }
    }

    private static void maximum(long to, long a, long b, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            Lanes.put(at(a, i).max(at(b, i)), to, i);
        }
        for (; i < n; i++) {
            Lanes.putOne(Math.max(Lanes.one(a, i), Lanes.one(b, i)), to, i);
        }
    }

    /**
     * Joins a run of elements, the upper half onto the lower first, so that the order depends on their number only.
     *
     * @param half room for half of them
     */
    static float join(Fold fold, long a, int n, long half) {
        float odd = identity(fold);
        for (; n >= 64; n /= 2) {
            if (n % 2 != 0) {
                odd = one(fold, odd, Lanes.one(a, n - 1));
            }
            join(fold, half, a, a + 4L * (n / 2), n / 2);
            a = half;
        }
        return one(fold, fold == Fold.SUM ? sum(a, n) : maximum(a, n), odd);
    }

    private static float one(Fold fold, float a, float b) {
        return fold == Fold.SUM ? a + b : Math.max(a, b);
    }

    private static float sum(long a, int n) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i <= n - 4; i += 4) {
            s0 += Lanes.one(a, i);
            s1 += Lanes.one(a, i + 1);
            s2 += Lanes.one(a, i + 2);
            s3 += Lanes.one(a, i + 3);
        }
        for (; i < n; i++) {
            s0 += Lanes.one(a, i);
        }
        return (s0 + s2) + (s1 + s3);
    }

    private static float maximum(long a, int n) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            most = Math.max(most, Lanes.one(a, i));
        }
        return most;
    }
}
