package org.borealis.optimizer.sign;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.UpdateRule;

/** What Lion and its cautious variant share: a momentum that is mixed twice with each gradient (Chen et al. 2023, algorithm 2). */
abstract class LionMomentum extends UpdateRule {
    private final double[] betas;

    LionMomentum(String name, double rate, double clip, double weightDecay, double[] betas) {
        super(name, rate, clip, weightDecay);
        this.betas = betas(2, betas);
    }

    @Override
    public final List<State> state(Parameter parameter, DataType type) {
        return List.of(zeros("momentum", parameter, type));
    }

    /** -1, 0 or 1 for each element. */
    final Tensor sign(Tensor momentum, Tensor gradient) {
        return average(momentum, gradient, betas[0]).sign();
    }

    final Tensor momentum(Tensor before, Tensor gradient) {
        return average(before, gradient, betas[1]);
    }
}
