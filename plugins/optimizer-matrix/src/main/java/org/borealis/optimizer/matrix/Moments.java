package org.borealis.optimizer.matrix;

import java.util.List;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer.State;
import org.borealis.train.Optimizer.Step;

/**
 * Running averages of gradients and of their squares, and the direction that Adam makes of them (Kingma and Ba 2015).
 *
 * @param isCorrected whether averages are freed of the zeros that they began with
 * @param isEpsilonLate whether epsilon is added after that, as in torch.optim, or before it, as in the paper's section 2 and in
 *     transformers
 */
record Moments(double beta1, double beta2, double epsilon, boolean isCorrected, boolean isEpsilonLate) {

    /** @param owner name in errors */
    static Moments of(String owner, double[] betas, double epsilon, boolean isCorrected, boolean isEpsilonLate) {
        Requirement.that(betas.length == 2, owner + " has to be two numbers, such as [0.9, 0.95]; got " + betas.length);
        for (double beta : betas) {
            Requirement.that(beta >= 0 && beta < 1, owner + " have to be at least 0 and less than 1; got " + beta);
        }
        return new Moments(betas[0], betas[1], epsilon, isCorrected, isEpsilonLate);
    }

    /** Two moments of this type and shape. */
    static List<State> state(TensorType type) {
        return List.of(new State("moment1", type, 0), new State("moment2", type, 0));
    }

    /**
     * @param direction to be taken off, times the rate
     * @param state both moments
     */
    record Next(Tensor direction, List<Tensor> state) {}

    /** @param number of updates of the moments, this one included; FLOAT64 scalar */
    Next next(Tensor gradient, List<Tensor> state, Tensor number) {
        var first = average(beta1, state.get(0), gradient);
        var second = average(beta2, state.get(1), gradient.times(gradient));
        return new Next(direction(first, second, number), List.of(first, second));
    }

    /** How far {@code values} move an average of which {@code beta} is kept. */
    static Tensor average(double beta, Tensor average, Tensor values) {
        return average.times(beta).plus(values.times(1 - beta));
    }

    private Tensor direction(Tensor first, Tensor second, Tensor number) {
        var type = first.type().type();
        if (isCorrected && isEpsilonLate) {
            var root = weight(beta2, number).sqrt().as(type);
            return first.dividedBy(second.sqrt().dividedBy(root).plus(epsilon))
                    .dividedBy(weight(beta1, number).as(type));
        }
        var direction = first.dividedBy(second.sqrt().plus(epsilon));
        return isCorrected ? direction.times(correction(number).as(type)) : direction;
    }

    /** What a direction that is not corrected has to be multiplied with, if epsilon is early; FLOAT64 scalar. */
    Tensor correction(Tensor number) {
        return weight(beta2, number).sqrt().dividedBy(weight(beta1, number));
    }

    /** An average freed of the zeros that it began with; itself if nothing is kept, or if it is a sum. */
    static Tensor corrected(Tensor average, double beta, Tensor number) {
        return beta == 0 || beta == 1
                ? average
                : average.dividedBy(weight(beta, number).as(average.type().type()));
    }

    /** What the weights of an average add up to: 1 - beta^number. */
    static Tensor weight(double beta, Tensor number) {
        return number.scalar(beta).power(number).negate().plus(1);
    }

    /** The share that weight decay leaves of a value: 1 - rate * decay, of its type. */
    static Tensor decayed(Tensor value, double weightDecay, Tensor rate, Step step) {
        return weightDecay == 0
                ? value
                : value.times(step.decay(weightDecay)
                        .times(rate)
                        .negate()
                        .plus(1)
                        .as(value.type().type()));
    }

    /** A value moved against a direction. */
    static Tensor moved(Tensor value, Tensor direction, Tensor rate) {
        return value.minus(direction.times(rate.as(value.type().type())));
    }
}
