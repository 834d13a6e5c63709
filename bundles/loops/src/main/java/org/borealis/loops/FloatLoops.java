// Long, because it is a list: one loop for each operation, so that C2 compiles each by itself.
package org.borealis.loops;

import static org.borealis.loops.Lanes.all;
import static org.borealis.loops.Lanes.at;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/**
 * Operations on tiles of float32 in native memory. They run on to a whole vector: what is read there has to exist, and what is
 * written there has to be of no account.
 */
final class FloatLoops {
    private FloatLoops() {}

    /** Says whether it has a loop for that. */
    static boolean unary(Function function, long o, long a, int n) {
        switch (function) {
            case NEGATE -> negate(o, a, n);
            case ABS -> absolute(o, a, n);
            case SIGN -> sign(o, a, n);
            case EXP -> FloatMath.exp(o, a, n);
            case SQRT -> squareRoot(o, a, n);
            case RECIPROCAL -> reciprocal(o, a, n);
            case TANH -> FloatMath.tanh(o, a, n);
            case ERF -> FloatMath.erf(o, a, n);
            case LOG, RSQRT, SIN, COS, FLOOR, NOT -> {
                return false;
            }
        }
        return true;
    }

    /** Says whether it has a loop for that. */
    static boolean binary(Function2 function, long o, long a, long b, int n) {
        switch (function) {
            case ADD -> add(o, a, b, n);
            case SUBTRACT -> subtract(o, a, b, n);
            case MULTIPLY -> multiply(o, a, b, n);
            case DIVIDE -> divide(o, a, b, n);
            case MAXIMUM -> maximum(o, a, b, n);
            case MINIMUM -> minimum(o, a, b, n);
            case POWER, EQUAL, LESS, AND, OR -> {
                return false;
            }
        }
        return true;
    }

    static void compare(Function2 function, int[] o, long a, long b, int n) {
        if (function == Function2.EQUAL) {
            equal(o, a, b, n);
        } else {
            less(o, a, b, n);
        }
    }

    private static void equal(int[] o, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var isEqual = at(a, i).compare(VectorOperators.EQ, at(b, i));
            IntVector.zero(Lanes.INTS).blend(1, isEqual.cast(Lanes.INTS)).intoArray(o, i);
        }
    }

    private static void less(int[] o, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var isLess = at(a, i).compare(VectorOperators.LT, at(b, i));
            IntVector.zero(Lanes.INTS).blend(1, isLess.cast(Lanes.INTS)).intoArray(o, i);
        }
    }

    static void select(long o, int[] mask, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var isA = IntVector.fromArray(Lanes.INTS, mask, i).compare(VectorOperators.NE, 0);
            Lanes.put(at(b, i).blend(at(a, i), isA.cast(Lanes.FLOATS)), o, i);
        }
    }

    /** -0 gives 0. */
    private static void sign(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var x = at(a, i);
            var signs = x.add(0).blend(1, x.compare(VectorOperators.GT, 0));
            Lanes.put(signs.blend(-1, x.compare(VectorOperators.LT, 0)), o, i);
        }
    }

    /** Rounds to nearest even bfloat16; NaN stays NaN. */
    static void roundBfloat16(long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var number = at(a, i);
            var x = number.reinterpretAsInts();
            var rounded =
                    x.lanewise(VectorOperators.LSHR, 16).and(1).add(0x7FFF).add(x);
            var nan = number.compare(VectorOperators.NE, number); // which rounding up could make infinite
            rounded = rounded.blend(x.lanewise(VectorOperators.OR, 0x400000), nan.cast(Lanes.INTS));
            Lanes.put(rounded.and(0xFFFF0000).reinterpretAsFloats(), a, i);
        }
    }

    private static void negate(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).neg(), o, i);
        }
    }

    private static void absolute(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).abs(), o, i);
        }
    }

    private static void squareRoot(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).sqrt(), o, i);
        }
    }

    private static void reciprocal(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(all(1).div(at(a, i)), o, i);
        }
    }

    private static void add(long o, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).add(at(b, i)), o, i);
        }
    }

    private static void subtract(long o, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).sub(at(b, i)), o, i);
        }
    }

    private static void multiply(long o, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).mul(at(b, i)), o, i);
        }
    }

    private static void divide(long o, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).div(at(b, i)), o, i);
        }
    }

    private static void maximum(long o, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).max(at(b, i)), o, i);
        }
    }

    private static void minimum(long o, long a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).min(at(b, i)), o, i);
        }
    }

    /** With one number on the right. */
    static void right(Function2 function, long o, long a, float b, int n) {
        switch (function) {
            case ADD -> add(o, a, b, n);
            case SUBTRACT -> add(o, a, -b, n);
            case MULTIPLY -> multiply(o, a, b, n);
            case DIVIDE -> divide(o, a, b, n);
            case MAXIMUM -> maximum(o, a, b, n);
            case MINIMUM -> minimum(o, a, b, n);
            case POWER, EQUAL, LESS, AND, OR -> throw new IllegalArgumentException(function + " takes no number");
        }
    }

    /** With one number on the left. */
    static void left(Function2 function, long o, float a, long b, int n) {
        switch (function) {
            case ADD -> add(o, b, a, n);
            case SUBTRACT -> subtract(o, a, b, n);
            case MULTIPLY -> multiply(o, b, a, n);
            case DIVIDE -> divide(o, a, b, n);
            case MAXIMUM -> maximum(o, b, a, n);
            case MINIMUM -> minimum(o, b, a, n);
            case POWER, EQUAL, LESS, AND, OR -> throw new IllegalArgumentException(function + " takes no number");
        }
    }

    private static void add(long o, long a, float b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).add(all(b)), o, i);
        }
    }

    private static void multiply(long o, long a, float b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).mul(all(b)), o, i);
        }
    }

    private static void divide(long o, long a, float b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).div(all(b)), o, i);
        }
    }

    private static void maximum(long o, long a, float b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).max(all(b)), o, i);
        }
    }

    private static void minimum(long o, long a, float b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(at(a, i).min(all(b)), o, i);
        }
    }

    private static void subtract(long o, float a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(all(a).sub(at(b, i)), o, i);
        }
    }

    private static void divide(long o, float a, long b, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            Lanes.put(all(a).div(at(b, i)), o, i);
        }
    }
}
