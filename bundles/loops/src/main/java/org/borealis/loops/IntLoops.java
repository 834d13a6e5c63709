// Long, because it is a list: one loop for each operation, so that C2 vectorises and compiles each by itself.
package org.borealis.loops;

import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/** Operations on tiles of int32, which also stand for uint8 and bool. */
final class IntLoops {
    private IntLoops() {}

    static void unary(Function function, int[] o, int[] a, int n) {
        switch (function) {
            case NEGATE -> negate(o, a, n);
            case ABS -> absolute(o, a, n);
            case SIGN -> sign(o, a, n);
            case NOT -> not(o, a, n);
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, ERF, SIN, COS, FLOOR ->
                throw new IllegalArgumentException(function + " of this type");
        }
    }

    static void binary(Function2 function, int[] o, int[] a, int[] b, int n) {
        switch (function) {
            case ADD -> add(o, a, b, n);
            case SUBTRACT -> subtract(o, a, b, n);
            case MULTIPLY -> multiply(o, a, b, n);
            case DIVIDE -> divide(o, a, b, n);
            case MAXIMUM -> maximum(o, a, b, n);
            case MINIMUM -> minimum(o, a, b, n);
            case EQUAL -> equal(o, a, b, n);
            case LESS -> less(o, a, b, n);
            case AND -> and(o, a, b, n);
            case OR -> or(o, a, b, n);
            case POWER -> throw new IllegalArgumentException(function + " of this type");
        }
    }

    private static void negate(int[] o, int[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = -a[i];
        }
    }

    private static void absolute(int[] o, int[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.abs(a[i]);
        }
    }

    private static void sign(int[] o, int[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] >> 31 | -a[i] >>> 31;
        }
    }

    private static void not(int[] o, int[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = 1 - a[i];
        }
    }

    private static void add(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] + b[i];
        }
    }

    private static void subtract(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] - b[i];
        }
    }

    private static void multiply(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] * b[i];
        }
    }

    private static void divide(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] / b[i];
        }
    }

    private static void maximum(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.max(a[i], b[i]);
        }
    }

    private static void minimum(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.min(a[i], b[i]);
        }
    }

    private static void equal(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (((a[i] ^ b[i]) | -(a[i] ^ b[i])) >>> 31) ^ 1;
        }
    }

    private static void less(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = ((a[i] & ~b[i]) | (~(a[i] ^ b[i]) & (a[i] - b[i]))) >>> 31;
        }
    }

    private static void and(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] & b[i];
        }
    }

    private static void or(int[] o, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] | b[i];
        }
    }

    static void select(int[] o, int[] mask, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = b[i] ^ ((a[i] ^ b[i]) & -mask[i]); // without a branch, C2 vectorises it
        }
    }

    /** Where joining begins. */
    static int identity(Fold fold) {
        return fold == Fold.SUM ? 0 : Integer.MIN_VALUE;
    }

    /** Joins each element with its running result. */
    static void accumulate(Fold fold, int[] to, int at, int[] from, int start, int n) {
        if (fold == Fold.SUM) {
            addTo(to, at, from, start, n);
        } else {
            maximumTo(to, at, from, start, n);
        }
    }

    private static void addTo(int[] to, int at, int[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] += from[start + i];
        }
    }

    private static void maximumTo(int[] to, int at, int[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = Math.max(to[at + i], from[start + i]);
        }
    }

    /** Joins a run of elements, in an order that depends on their number only. */
    static int join(Fold fold, int[] a, int start, int n) {
        return fold == Fold.SUM ? sum(a, start, start + n) : maximum(a, start, start + n);
    }

    private static int sum(int[] a, int start, int end) {
        int s0 = 0;
        int s1 = 0;
        int s2 = 0;
        int s3 = 0;
        int s4 = 0;
        int s5 = 0;
        int s6 = 0;
        int s7 = 0;
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

    private static int maximum(int[] a, int start, int end) {
        int most = Integer.MIN_VALUE;
        for (int i = start; i < end; i++) {
            most = Math.max(most, a[i]);
        }
        return most;
    }
}
