package org.borealis.optimizer.adam;

import java.util.function.IntToDoubleFunction;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;

/**
 * Numbers of magnitude at most 1 in a byte: a power of ten, and a fraction with the more digits the greater the power (dynamic
 * quantisation, Dettmers et al. 2022, section 1.3, without its tables).
 *
 * <p>A magnitude is a number k below 2^powers; with i = floor(log2 k) and j = k - 2^i it stands for 10^(i - powers + 1) times
 * 0.1 + 0.9 (j + 1/2) / 2^i, and 0 for 0. With a sign, 128 stands for 0.
 */
record DynamicCode(int powers, boolean isSigned) {
    static final DynamicCode SIGNED = new DynamicCode(7, true);
    static final DynamicCode UNSIGNED = new DynamicCode(8, false);

    private static final double SIGNED_ZERO = 128;

    /** What stands for 0. */
    double zero() {
        return isSigned ? SIGNED_ZERO : 0;
    }

    /** The greatest number that there is. */
    double greatest() {
        return 0.1 + 0.9 * (1 - 0.5 / (1 << (powers - 1)));
    }

    /** The least number above 0 that there is. */
    double least() {
        return 0.55 * Math.pow(10, 1 - powers);
    }

    /** @param x FLOAT32, magnitudes at most 1 */
    Tensor encode(Tensor x) {
        var magnitude = x.abs();
        IntToDoubleFunction least = power -> Math.pow(10, power - powers);
        var parts = byPower(magnitude, least, power -> 1 << power);
        var shifted = magnitude.times(byPower(magnitude, least, power -> Math.pow(10, powers - 1 - power)));
        var part = shifted.minus(0.1).times(parts).dividedBy(0.9).floor();
        var fitting = part.maximum(x.scalar(0)).minimum(parts.minus(1));
        var isZero = magnitude.less(x.scalar(least() / 2));
        var code = isZero.select(x.fill(0), parts.plus(fitting));
        return (isSigned ? code.times(x.sign()).plus(SIGNED_ZERO) : code).as(DataType.UINT8);
    }

    /** FLOAT32. */
    Tensor decode(Tensor codes) {
        var code = codes.as(DataType.FLOAT32);
        var signed = isSigned ? code.minus(SIGNED_ZERO) : code;
        var magnitude = signed.abs();
        IntToDoubleFunction least = power -> 1 << power;
        var parts = byPower(magnitude, least, least);
        var fraction =
                magnitude.minus(parts).plus(0.5).dividedBy(parts).times(0.9).plus(0.1);
        var value = fraction.times(byPower(magnitude, least, power -> Math.pow(10, power - (powers - 1))));
        return signed.sign().times(value);
    }

    /**
     * A number for each magnitude, by its power; comparisons are exact, and faster than logarithms.
     *
     * @param least magnitude of a power above 0
     */
    private Tensor byPower(Tensor magnitude, IntToDoubleFunction least, IntToDoubleFunction number) {
        var found = magnitude.fill(number.applyAsDouble(0));
        for (int power = 1; power < powers; power++) {
            var isLess = magnitude.less(magnitude.scalar(least.applyAsDouble(power)));
            found = isLess.select(found, magnitude.fill(number.applyAsDouble(power)));
        }
        return found;
    }
}
