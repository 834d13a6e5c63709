package org.borealis.optimizer.free;

import java.util.List;
import java.util.Map;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.UpdateRule;

/**
 * A rule that averages instead of lowering its rate (Defazio et al. 2024): gradients are taken at y, a mixture of the sequence z that
 * steps and of its average x, which is what to evaluate with. The trained value is y, and z is remembered.
 */
abstract class ScheduleFree extends UpdateRule {
    private static final String RATE = "rate";
    private static final String GREATEST_RATE = "greatestRate";
    private static final String WEIGHT = "weight";
    private static final String SHARE = "share";

    private final double mixture;
    private final double numberPower;
    private final double ratePower;

    /**
     * Checks settings.
     *
     * @param mixture how much of x is in y: beta in the paper
     * @param numberPower power of a step's number in its weight
     * @param ratePower power of the greatest rate so far in a step's weight
     */
    ScheduleFree(
            String name,
            double rate,
            double clip,
            double weightDecay,
            double mixture,
            double numberPower,
            double ratePower) {
        super(name, rate, clip, weightDecay);
        require(mixture > 0 && mixture < 1, "the mixture of x in y has to be between 0 and 1; got " + mixture);
        this.mixture = mixture;
        this.numberPower = notNegative("numberPower", numberPower);
        this.ratePower = notNegative("ratePower", ratePower);
    }

    /** Rate of an update. */
    abstract double rate(Pace pace);

    /** The first of betas. */
    static double mixture(double... betas) {
        return betas.length == 0 ? 0 : betas[0];
    }

    /** From 0 to 1 in a number of steps, which may be 0. */
    static double risen(long number, long steps) {
        return Math.min(1, (double) number / Math.max(1, steps));
    }

    @Override
    public final Map<String, Double> numbers() {
        return Map.of(RATE, 0.0, GREATEST_RATE, 0.0, WEIGHT, 0.0, SHARE, 0.0);
    }

    @Override
    public final Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        double rate = rate(pace);
        double greatest = Math.max(rate, before.getOrDefault(GREATEST_RATE, 0.0));
        double weight = Math.pow(pace.number(), numberPower) * Math.pow(greatest, ratePower);
        double total = before.getOrDefault(WEIGHT, 0.0) + weight;
        return Map.of(RATE, rate, GREATEST_RATE, greatest, WEIGHT, total, SHARE, total == 0 ? 0 : weight / total);
    }

    /** z is the first state, and begins as the parameter. */
    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(State.copy("z", new TensorType(type, parameter.shape())));
    }

    /** y after a step along a direction, without making x. */
    final Tensor y(Tensor y, Tensor z, Tensor direction, Step step) {
        var share = step.get(SHARE);
        var factor = complement(complement(share).times(mixture)).times(step.get(RATE));
        return y.plus(scaled(z.minus(y), share)).minus(scaled(direction, factor));
    }

    /** z after it. */
    final Tensor z(Tensor z, Tensor direction, Step step) {
        return z.minus(scaled(direction, step.get(RATE)));
    }

    /** x. */
    @Override
    public final Tensor evaluated(Parameter parameter, Tensor value, List<Tensor> state) {
        return value.plus(state.get(0).minus(value).times(1 - 1 / mixture));
    }
}
