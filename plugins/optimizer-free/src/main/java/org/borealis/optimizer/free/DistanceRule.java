package org.borealis.optimizer.free;

import org.borealis.model.Parameter;
import org.borealis.tensor.Tensor;
import org.borealis.train.UpdateRule;

/** Adam at a rate that grows with an estimate d of the distance from the first values to the solution. */
abstract class DistanceRule extends UpdateRule {
    static final String DISTANCE = "d";
    static final String PREVIOUS = "previousD";
    static final String NUMERATOR = "numerator";

    private final double[] betas;
    private final double epsilon;
    private final double first;
    private final boolean isDecoupled;
    private final boolean corrects;

    DistanceRule(
            String name,
            double rate,
            double clip,
            double weightDecay,
            double[] betas,
            double epsilon,
            double first,
            boolean isDecoupled,
            boolean corrects) {
        super(name, rate, clip, weightDecay);
        require(first > 0, "d0 has to be above 0; got " + first);
        this.betas = betas(2, betas);
        this.epsilon = notNegative("epsilon", epsilon);
        this.first = first;
        this.isDecoupled = isDecoupled;
        this.corrects = corrects;
    }

    final double beta1() {
        return betas[0];
    }

    final double beta2() {
        return betas[1];
    }

    final double epsilon() {
        return epsilon;
    }

    /** d before the first update. */
    final double first() {
        return first;
    }

    /** The gradient that moments and estimates are of. */
    final Tensor taken(Parameter parameter, Tensor gradient, Tensor value, Step step) {
        return isDecoupled ? gradient : withDecay(parameter, gradient, value, step);
    }

    /** The value to step from. */
    final Tensor before(Parameter parameter, Tensor value, Tensor rate, Step step) {
        return isDecoupled && decays(parameter) ? decayed(value, rate, step) : value;
    }

    /** Rate of an update with an estimate. */
    final Tensor rate(Tensor distance, Step step) {
        var rate = distance.times(step.rate());
        return corrects
                ? rate.times(correction(beta2(), step.number()).sqrt()).dividedBy(correction(beta1(), step.number()))
                : rate;
    }

    /** As {@link #rate(Tensor, Step)}. */
    final double rate(double distance, Pace pace) {
        double rate = distance * pace.rate();
        return corrects
                ? rate * Math.sqrt(1 - Math.pow(beta2(), pace.number())) / (1 - Math.pow(beta1(), pace.number()))
                : rate;
    }
}
