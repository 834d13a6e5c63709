// Long, because it is a list: one loop for each operation, so that C2 vectorises and compiles each by itself.
package org.borealis.loops;

import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/** Operations on tiles of float32. */
final class FloatLoops {
    private FloatLoops() {}

    static void unary(Function function, float[] o, float[] a, int n, Bits bits) {
        switch (function) {
            case NEGATE -> negate(o, a, n);
            case ABS -> absolute(o, a, n);
            case SIGN -> sign(o, a, n);
            case EXP -> FloatMath.exp(o, a, n, bits);
            case LOG -> FloatMath.log(o, a, n);
            case SQRT -> squareRoot(o, a, n);
            case RSQRT -> reciprocalSquareRoot(o, a, n);
            case RECIPROCAL -> reciprocal(o, a, n);
            case TANH -> FloatMath.tanh(o, a, n, bits);
            case ERF -> FloatMath.erf(o, a, n, bits);
            case SIN -> FloatMath.sin(o, a, n);
            case COS -> FloatMath.cos(o, a, n);
            case FLOOR -> floor(o, a, n);
            case NOT -> throw new IllegalArgumentException(function + " of this type");
        }
    }

    static void binary(Function2 function, float[] o, float[] a, float[] b, int n) {
        switch (function) {
            case ADD -> add(o, a, b, n);
            case SUBTRACT -> subtract(o, a, b, n);
            case MULTIPLY -> multiply(o, a, b, n);
            case DIVIDE -> divide(o, a, b, n);
            case MAXIMUM -> maximum(o, a, b, n);
            case MINIMUM -> minimum(o, a, b, n);
            case POWER -> FloatMath.power(o, a, b, n);
            case EQUAL, LESS, AND, OR -> throw new IllegalArgumentException(function + " of this type");
        }
    }

    static void compare(Function2 function, int[] o, float[] a, float[] b, int n) {
        if (function == Function2.EQUAL) {
            equal(o, a, b, n);
        } else {
            less(o, a, b, n);
        }
    }

    private static void equal(int[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] == b[i] ? 1 : 0;
        }
    }

    private static void less(int[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] < b[i] ? 1 : 0;
        }
    }

    private static void negate(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = -a[i];
        }
    }

    private static void absolute(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.abs(a[i]);
        }
    }

    private static void sign(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.signum(a[i]) + 0f; // -0 gives 0
        }
    }

    private static void squareRoot(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.sqrt(a[i]);
        }
    }

    private static void reciprocalSquareRoot(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) (1 / Math.sqrt(a[i]));
        }
    }

    private static void reciprocal(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = 1 / a[i];
        }
    }

    private static void floor(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.floor(a[i]);
        }
    }

    private static void add(float[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] + b[i];
        }
    }

    private static void subtract(float[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] - b[i];
        }
    }

    private static void multiply(float[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] * b[i];
        }
    }

    private static void divide(float[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[i] / b[i];
        }
    }

    private static void maximum(float[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.max(a[i], b[i]);
        }
    }

    private static void minimum(float[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.min(a[i], b[i]);
        }
    }

    /** With one number on the right; says whether it has a loop for that. */
    static boolean right(Function2 function, float[] o, float[] a, float b, int from, int to) {
        switch (function) {
            case ADD -> add(o, a, b, from, to);
            case SUBTRACT -> add(o, a, -b, from, to);
            case MULTIPLY -> multiply(o, a, b, from, to);
            case DIVIDE -> divide(o, a, b, from, to);
            case MAXIMUM -> maximum(o, a, b, from, to);
            case MINIMUM -> minimum(o, a, b, from, to);
            case POWER, EQUAL, LESS, AND, OR -> {
                return false;
            }
        }
        return true;
    }

    /** With one number on the left; says whether it has a loop for that. */
    static boolean left(Function2 function, float[] o, float a, float[] b, int from, int to) {
        switch (function) {
            case ADD -> add(o, b, a, from, to);
            case SUBTRACT -> subtract(o, a, b, from, to);
            case MULTIPLY -> multiply(o, b, a, from, to);
            case DIVIDE -> divide(o, a, b, from, to);
            case MAXIMUM -> maximum(o, b, a, from, to);
            case MINIMUM -> minimum(o, b, a, from, to);
            case POWER, EQUAL, LESS, AND, OR -> {
                return false;
            }
        }
        return true;
    }

    private static void add(float[] o, float[] a, float b, int from, int to) {
        for (int i = from; i < to; i++) {
            o[i] = a[i] + b;
        }
    }

    private static void multiply(float[] o, float[] a, float b, int from, int to) {
        for (int i = from; i < to; i++) {
            o[i] = a[i] * b;
        }
    }

    private static void divide(float[] o, float[] a, float b, int from, int to) {
        for (int i = from; i < to; i++) {
            o[i] = a[i] / b;
        }
    }

    private static void maximum(float[] o, float[] a, float b, int from, int to) {
        for (int i = from; i < to; i++) {
            o[i] = Math.max(a[i], b);
        }
    }

    private static void minimum(float[] o, float[] a, float b, int from, int to) {
        for (int i = from; i < to; i++) {
            o[i] = Math.min(a[i], b);
        }
    }

    private static void subtract(float[] o, float a, float[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            o[i] = a - b[i];
        }
    }

    private static void divide(float[] o, float a, float[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            o[i] = a / b[i];
        }
    }

    /** Where joining begins. */
    static float identity(Fold fold) {
        return fold == Fold.SUM ? 0 : Float.NEGATIVE_INFINITY;
    }

    /** Joins each element with its running result. */
    static void accumulate(Fold fold, float[] to, int at, float[] from, int start, int n) {
        if (fold == Fold.SUM) {
            addTo(to, at, from, start, n);
        } else {
            maximumTo(to, at, from, start, n);
        }
    }

    private static void addTo(float[] to, int at, float[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] += from[start + i];
        }
    }

    private static void maximumTo(float[] to, int at, float[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = Math.max(to[at + i], from[start + i]);
        }
    }

    /** Joins a run of elements, in an order that depends on their number only. */
    static float join(Fold fold, float[] a, int start, int n, float[] half, float[] other) {
        return fold == Fold.SUM ? sum(a, start, n, half) : maximum(a, start, n, half, other);
    }

    // The upper half onto the lower first: that C2 vectorises, and joining to one number it does not.

    private static float sum(float[] a, int start, int n, float[] half) {
        if (n < 64) {
            return sum(a, start, start + n);
        }
        int h = n / 2;
        addHalves(half, a, start, start + h, h);
        return sum(half, 0, h) + (n % 2 == 0 ? 0 : a[start + n - 1]);
    }

    private static float maximum(float[] a, int start, int n, float[] half, float[] other) {
        if (n < 32) {
            return maximum(a, start, start + n);
        }
        int h = n / 2;
        maximumOfHalves(half, a, start, start + h, h);
        float most = maximum(half, 0, h, other, half);
        return n % 2 == 0 ? most : Math.max(most, a[start + n - 1]);
    }

    private static void addHalves(float[] o, float[] a, int low, int high, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = a[low + i] + a[high + i];
        }
    }

    private static void maximumOfHalves(float[] o, float[] a, int low, int high, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.max(a[low + i], a[high + i]);
        }
    }

    private static float sum(float[] a, int start, int end) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
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

    private static float maximum(float[] a, int start, int end) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = start; i < end; i++) {
            most = Math.max(most, a[i]);
        }
        return most;
    }
}
