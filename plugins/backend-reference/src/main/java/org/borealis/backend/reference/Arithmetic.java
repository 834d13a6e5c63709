package org.borealis.backend.reference;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.apache.commons.numbers.gamma.Erf;
import org.borealis.device.DeviceException;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/** What the functions of one and two numbers are, on floats and on integers. Bool is an integer, 0 or 1. */
final class Arithmetic {
    private Arithmetic() {}

    static DoubleUnaryOperator onFloats(Function function) {
        return switch (function) {
            case NEGATE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> x -> x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : Double.NaN;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case RECIPROCAL -> x -> 1 / x;
            case TANH -> Math::tanh;
            case ERF -> Erf::value;
            case SIN -> Math::sin;
            case COS -> Math::cos;
            case FLOOR -> Math::floor;
            case NOT -> throw new IllegalArgumentException("NOT of a float");
        };
    }

    static LongUnaryOperator onIntegers(Function function) {
        return switch (function) {
            case NEGATE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Long::signum;
            case NOT -> x -> 1 - x;
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, ERF, SIN, COS, FLOOR ->
                throw new IllegalArgumentException(function + " of an integer");
        };
    }

    static DoubleBinaryOperator onFloats(Function2 function) {
        return switch (function) {
            case ADD -> (a, b) -> a + b;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> (a, b) -> a / b;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case POWER -> Arithmetic::power;
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case AND, OR -> throw new IllegalArgumentException(function + " of floats");
        };
    }

    static LongBinaryOperator onIntegers(Function2 function) {
        return switch (function) {
            case ADD -> (a, b) -> a + b;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> Arithmetic::divide;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case AND -> (a, b) -> a & b;
            case OR -> (a, b) -> a | b;
            case POWER -> throw new IllegalArgumentException("POWER of integers");
        };
    }

    /** IEEE 754 and C give 1 where {@link Math#pow} gives NaN: for a base of 1, and for -1 to an infinite power. */
    private static double power(double base, double exponent) {
        return base == 1 || base == -1 && Double.isInfinite(exponent) ? 1 : Math.pow(base, exponent);
    }

    private static long divide(long a, long b) {
        if (b == 0) {
            throw new DeviceException("division-by-zero", "reference: an integer " + a + " is divided by 0");
        }
        return a / b;
    }
}
