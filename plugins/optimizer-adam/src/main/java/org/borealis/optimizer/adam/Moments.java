package org.borealis.optimizer.adam;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.UpdateRule;

/** A rule that remembers a moving average of each gradient and one of its square. */
abstract class Moments extends UpdateRule {
    private final double beta1;
    private final double beta2;
    private final double epsilon;

    Moments(String name, double rate, double clip, double weightDecay, double[] betas, double epsilon) {
        super(name, rate, clip, weightDecay);
        betas(2, betas);
        beta1 = betas[0];
        beta2 = betas[1];
        this.epsilon = notNegative("epsilon", epsilon);
    }

    final double beta1() {
        return beta1;
    }

    final double beta2() {
        return beta2;
    }

    final double epsilon() {
        return epsilon;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(zeros("moment1", parameter, type), zeros("moment2", parameter, type));
    }

    final Tensor moment1(Tensor before, Tensor gradient) {
        return average(before, gradient, beta1);
    }

    final Tensor moment2(Tensor before, Tensor gradient) {
        return average(before, gradient.times(gradient), beta2);
    }

    /** Rate of a step along the first moment, which is divided by its correction. */
    final Tensor correctedRate(Step step) {
        return step.rate().dividedBy(correction(beta1, step.number()));
    }

    /** Root of the corrected second moment, plus epsilon. */
    final Tensor deviation(Tensor moment2, Step step) {
        return deviation(moment2, beta2, step).plus(epsilon);
    }
}
