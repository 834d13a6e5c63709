// Long, because it is a list: one loop for each operation, so that C2 vectorises and compiles each by itself.
package org.borealis.loops;

import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/** Operations on tiles of int64. */
final class LongLoops {
    private LongLoops() {}

    static void unary(Function function, long[] o, long[] a, int n) {
        switch (function) {
            case NEGATE -> negate(o, a, n);
            case ABS -> absolute(o, a, n);
            case SIGN -> sign(o, a, n);
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, ERF, SIN, COS, FLOOR, NOT ->
                throw new IllegalArgumentException(function + " of this type");
        }
    }

    static void binary(Function2 function, long[] o, long[] a, long[] b, int n) {
        switch (function) {
            case ADD -> add(o, a, b, n);
            case SUBTRACT -> subtract(o, a, b, n);
            case MULTIPLY -> multiply(o, a, b, n);
            case DIVIDE -> divide(o, a, b, n);
            case MAXIMUM -> maximum(o, a, b, n);
            case MINIMUM -> minimum(o, a, b, n);
            case POWER, EQUAL, LESS, AND, OR -> throw new IllegalArgumentException(function + " of this type");
        }
    }

    static void compare(Function2 function, int[] o, long[] a, long[] b, int n) {
        if (function == Function2.EQUAL) {
            equal(o, a, b, n);
        } else {
            less(o, a, b, n);
        }
    }

    private static void equal(int[] o, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] == b[i] ? 1 : 0;
        }
    }

    private static void less(int[] o, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] < b[i] ? 1 : 0;
        }
    }

    private static void negate(long[] o, long[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = -a[i];
        }
    }

    private static void absolute(long[] o, long[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.abs(a[i]);
        }
    }

    private static void sign(long[] o, long[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] >> 63 | -a[i] >>> 63;
        }
    }

    private static void add(long[] o, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] + b[i];
        }
    }

    private static void subtract(long[] o, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] - b[i];
        }
    }

    private static void multiply(long[] o, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] * b[i];
        }
    }

    private static void divide(long[] o, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] / b[i];
        }
    }

    private static void maximum(long[] o, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.max(a[i], b[i]);
        }
    }

    private static void minimum(long[] o, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.min(a[i], b[i]);
        }
    }

    static void select(long[] o, int[] mask, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = mask[i] != 0 ? a[i] : b[i];
        }
    }

    /** Where joining begins. */
    static long identity(Fold fold) {
        return fold == Fold.SUM ? 0 : Long.MIN_VALUE;
    }

    /** Joins each element with its running result. */
    static void accumulate(Fold fold, long[] to, int at, long[] from, int start, int n) {
        if (fold == Fold.SUM) {
            addTo(to, at, from, start, n);
        } else {
            maximumTo(to, at, from, start, n);
        }
    }

    private static void addTo(long[] to, int at, long[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] += from[start + i];
        }
    }

    private static void maximumTo(long[] to, int at, long[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = Math.max(to[at + i], from[start + i]);
        }
    }

    /** Joins a run of elements, in an order that depends on their number only. */
    static long join(Fold fold, long[] a, int start, int n) {
        return fold == Fold.SUM ? sum(a, start, start + n) : maximum(a, start, start + n);
    }

    private static long sum(long[] a, int start, int end) {
        long s0 = 0;
        long s1 = 0;
        long s2 = 0;
        long s3 = 0;
        long s4 = 0;
        long s5 = 0;
        long s6 = 0;
        long s7 = 0;
        int i = start;
        for (; i + 8 <= end; i += 8) {
            s0 += a[i];
            s1 += a[i + 1];
            s2 += a[i + 2];
            s3 += a[i + 3];
            s4 += a[i + 4];
            s5 += a[i + 5];
            s6 += a[i + 6];
            s7 += a[i + 7];
        }
        for (; i < end; i++) {
            s0 += a[i];
        }
        return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    }

    private static long maximum(long[] a, int start, int end) {
        long most = Long.MIN_VALUE;
        for (int i = start; i < end; i++) {
            most = Math.max(most, a[i]);
        }
        return most;
    }
}
