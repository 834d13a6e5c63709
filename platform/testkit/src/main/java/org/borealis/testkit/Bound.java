package org.borealis.testkit;

import java.util.Optional;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;

/** How far a result may be from the oracle's, which is computed in float64 on the same inputs. */
sealed interface Bound {

    /** The oracle's result rounded to the type, bit for bit; any NaN for NaN. */
    record Exact() implements Bound {}

    /** Correct rounding and so many units in the last place more; what is too small for a normal number may be 0. */
    record Ulps(double more) implements Bound {}

    /**
     * Sums in any order: with u half an epsilon of the accumulator, n * u times the sum of absolute values (Higham 2002, section 4.2),
     * and the rounding of the result.
     */
    record Sum(int terms) implements Bound {}

    /** So many epsilons of the greatest absolute value of the output; for composites, whose roundings within are their own. */
    record Scaled(double epsilons) implements Bound {}

    /** What is wrong, if anything is. {@code scale} is the sum of absolute values, or the greatest one. */
    default Optional<String> complaint(DataType type, double got, double want, double scale) {
        if (Double.isNaN(want) || Double.isNaN(got)) {
            return complainUnless(Double.isNaN(want) && Double.isNaN(got), got, want, 0);
        }
        if (!type.isFloat()) {
            return complainUnless(got == want, got, want, 0);
        }
        double rounded = HostTensor.of(TensorType.of(type), want).get(0);
        if (this instanceof Exact) {
            return complainUnless(Double.doubleToLongBits(got) == Double.doubleToLongBits(rounded), got, rounded, 0);
        }
        double allowed = allowed(type, want, scale);
        boolean isClose = got == rounded || Math.abs(got - want) <= allowed;
        return complainUnless(isClose, got, want, allowed);
    }

    private double allowed(DataType type, double want, double scale) {
        var precision = Precision.of(type);
        double rounding = precision.ulp(want) / 2;
        return switch (this) {
            case Exact _ -> 0;
            case Ulps(double more) ->
                Math.abs(want) < precision.leastNormal()
                        ? precision.leastNormal()
                        : rounding + more * precision.ulp(want);
            case Sum(int terms) ->
                rounding + terms * Precision.of(type.accumulator()).epsilon() * scale;
            case Scaled(double epsilons) -> epsilons * precision.epsilon() * scale;
        };
    }

    private static Optional<String> complainUnless(boolean holds, double got, double want, double allowed) {
        return holds
                ? Optional.empty()
                : Optional.of("got " + got + ", wanted " + want + ", off by " + Math.abs(got - want) + " where "
                        + allowed + " is allowed");
    }
}
