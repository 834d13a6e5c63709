package org.borealis.testkit.backend;

import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;

/** How far a result may be from the oracle's, which is computed in float64 on the same inputs. */
sealed interface Bound {

    /** The oracle's result rounded to the type, bit for bit; any NaN for NaN. */
    record Exact() implements Bound {}

    /**
     * Correct rounding and so many units in the last place more; what is too small for a normal number may be 0. On 16-bit types the
     * units are float32's, since that is what they are computed in.
     */
    record Ulps(double more) implements Bound {}

    /**
     * Sums in any order: with u half an epsilon of the accumulator, n * u times the sum of absolute values (Higham 2002, section 4.2),
     * and the rounding of the result.
     */
    record Sum(int terms) implements Bound {}

    /** So many epsilons of the greatest absolute value of the output; for composites, whose roundings within are their own. */
    record Scaled(double epsilons) implements Bound {}

    /** What errors are counted in. */
    default String unit(DataType type) {
        if (!type.isFloat()) {
            return "1";
        }
        return switch (this) {
            case Exact _, Ulps _ -> "ulp";
            case Sum _ -> "eps*sum|x|";
            case Scaled _ -> "eps*max|y|";
        };
    }

    /** The greatest error that will do. */
    default double allowed(DataType type) {
        if (!type.isFloat()) {
            return 0;
        }
        return switch (this) {
            case Exact _ -> 0;
            case Ulps(double more) ->
                0.5
                        + more
                                * Precision.of(type.accumulator()).epsilon()
                                / Precision.of(type).epsilon();
            case Sum(int terms) -> terms;
            case Scaled(double epsilons) -> epsilons;
        };
    }

    /** How far off a number is. {@code scale} is the sum of absolute values, or the greatest one. */
    default double error(DataType type, double got, double want, double scale) {
        if (Double.isNaN(want) || Double.isNaN(got)) {
            return Double.isNaN(want) && Double.isNaN(got) ? 0 : Double.POSITIVE_INFINITY;
        }
        double rounded =
                type.isFloat() ? HostTensor.of(TensorType.of(type), want).get(0) : want;
        boolean isSame = Double.doubleToLongBits(got) == Double.doubleToLongBits(rounded);
        if (this instanceof Exact || !type.isFloat()) {
            return isSame ? 0 : Math.max(1, type.isFloat() ? ulps(type, got, rounded) : Math.abs(got - want));
        }
        if (got == rounded) {
            return 0;
        }
        double off = Math.abs(got - want);
        if (Double.isInfinite(off)) {
            return off;
        }
        return switch (this) {
            case Exact _ -> off;
            case Ulps _ -> isTiny(type, want) && off <= Precision.of(type).leastNormal() ? 0 : ulps(type, got, want);
            case Sum _ ->
                share(
                        off - Precision.of(type).ulp(want) / 2,
                        Precision.of(type.accumulator()).epsilon() * scale);
            case Scaled _ -> share(off, Precision.of(type).epsilon() * scale);
        };
    }

    private static boolean isTiny(DataType type, double want) {
        return Math.abs(want) < Precision.of(type).leastNormal();
    }

    private static double ulps(DataType type, double got, double want) {
        return Math.abs(got - want) / Precision.of(type).ulp(want);
    }

    private static double share(double off, double unit) {
        return off <= 0 ? 0 : off / unit;
    }
}
