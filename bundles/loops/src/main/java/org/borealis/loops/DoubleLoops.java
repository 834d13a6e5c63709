// Long, because it is a list: one loop for each operation, so that C2 vectorises and compiles each by itself.
package org.borealis.loops;

import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/** Operations on tiles of float64. */
final class DoubleLoops {
    private DoubleLoops() {}

    static void unary(Function function, double[] o, double[] a, int n) {
        switch (function) {
            case NEGATE -> negate(o, a, n);
            case ABS -> absolute(o, a, n);
            case SIGN -> sign(o, a, n);
            case EXP -> DoubleMath.exp(o, a, n);
            case LOG -> DoubleMath.log(o, a, n);
            case SQRT -> squareRoot(o, a, n);
            case RSQRT -> reciprocalSquareRoot(o, a, n);
            case RECIPROCAL -> reciprocal(o, a, n);
            case TANH -> DoubleMath.tanh(o, a, n);
            case ERF -> DoubleMath.erf(o, a, n);
            case SIN -> DoubleMath.sin(o, a, n);
            case COS -> DoubleMath.cos(o, a, n);
            case FLOOR -> floor(o, a, n);
            case NOT -> throw new IllegalArgumentException(function + " of this type");
        }
    }

    static void binary(Function2 function, double[] o, double[] a, double[] b, int n) {
        switch (function) {
            case ADD -> add(o, a, b, n);
            case SUBTRACT -> subtract(o, a, b, n);
            case MULTIPLY -> multiply(o, a, b, n);
            case DIVIDE -> divide(o, a, b, n);
            case MAXIMUM -> maximum(o, a, b, n);
            case MINIMUM -> minimum(o, a, b, n);
            case POWER -> DoubleMath.power(o, a, b, n);
            case EQUAL, LESS, AND, OR -> throw new IllegalArgumentException(function + " of this type");
        }
    }

    static void compare(Function2 function, int[] o, double[] a, double[] b, int n) {
        if (function == Function2.EQUAL) {
            equal(o, a, b, n);
        } else {
            less(o, a, b, n);
        }
    }

    private static void equal(int[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] == b[i] ? 1 : 0;
        }
    }

    private static void less(int[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] < b[i] ? 1 : 0;
        }
    }

    private static void negate(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = -a[i];
        }
    }

    private static void absolute(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.abs(a[i]);
        }
    }

    private static void sign(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.signum(a[i]) + 0; // -0 gives 0
        }
    }

    private static void squareRoot(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.sqrt(a[i]);
        }
    }

    private static void reciprocalSquareRoot(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (1 / Math.sqrt(a[i]));
        }
    }

    private static void reciprocal(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = 1 / a[i];
        }
    }

    private static void floor(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.floor(a[i]);
        }
    }

    private static void add(double[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] + b[i];
        }
    }

    private static void subtract(double[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] - b[i];
        }
    }

    private static void multiply(double[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] * b[i];
        }
    }

    private static void divide(double[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] / b[i];
        }
    }

    private static void maximum(double[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.max(a[i], b[i]);
        }
    }

    private static void minimum(double[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.min(a[i], b[i]);
        }
    }

    static void select(double[] o, int[] mask, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = mask[i] != 0 ? a[i] : b[i];
        }
    }

    /** Where joining begins. */
    static double identity(Fold fold) {
        return fold == Fold.SUM ? 0 : Double.NEGATIVE_INFINITY;
    }

    /** Joins each element with its running result. */
    static void accumulate(Fold fold, double[] to, int at, double[] from, int start, int n) {
        if (fold == Fold.SUM) {
            addTo(to, at, from, start, n);
        } else {
            maximumTo(to, at, from, start, n);
        }
    }

    private static void addTo(double[] to, int at, double[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] += from[start + i];
        }
    }

    private static void maximumTo(double[] to, int at, double[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = Math.max(to[at + i], from[start + i]);
        }
    }

    /** Joins a run of elements, in an order that depends on their number only. */
    static double join(Fold fold, double[] a, int start, int n, double[] half, double[] other) {
        return fold == Fold.SUM ? sum(a, start, n, half) : maximum(a, start, n, half, other);
    }

    // The upper half onto the lower first: that C2 vectorises, and joining to one number it does not.

    private static double sum(double[] a, int start, int n, double[] half) {
        if (n < 64) {
            return sum(a, start, start + n);
        }
        int h = n / 2;
        addHalves(half, a, start, start + h, h);
        return sum(half, 0, h) + (n % 2 == 0 ? 0 : a[start + n - 1]);
    }

    private static double maximum(double[] a, int start, int n, double[] half, double[] other) {
        if (n < 32) {
            return maximum(a, start, start + n);
        }
        int h = n / 2;
        maximumOfHalves(half, a, start, start + h, h);
        double most = maximum(half, 0, h, other, half);
        return n % 2 == 0 ? most : Math.max(most, a[start + n - 1]);
    }

    private static void addHalves(double[] o, double[] a, int low, int high, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[low + i] + a[high + i];
        }
    }

    private static void maximumOfHalves(double[] o, double[] a, int low, int high, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.max(a[low + i], a[high + i]);
        }
    }

    private static double sum(double[] a, int start, int end) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
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

    private static double maximum(double[] a, int start, int end) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i = start; i < end; i++) {
            most = Math.max(most, a[i]);
        }
        return most;
    }
}
