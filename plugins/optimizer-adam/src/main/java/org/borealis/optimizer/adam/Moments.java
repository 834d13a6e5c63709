package org.borealis.optimizer.adam;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.train.Optimizer;

/** What Adam and AdamW share: two moments of each gradient, and settings. */
record Moments(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled) {

    static Moments of(String name, double[] betas, double epsilon, double weightDecay, boolean decoupled) {
        require(betas.length == 2, name + ": betas has to be two numbers, such as [0.9, 0.95]; got " + betas.length);
        for (double beta : betas) {
            require(beta >= 0 && beta < 1, name + ": betas have to be at least 0 and less than 1; got " + beta);
        }
        return new Moments(betas[0], betas[1], epsilon, weightDecay, decoupled);
    }

    private static void require(boolean holds, String complaint) {
        if (!holds) {
            throw new BorealisException("optimizer-settings", complaint);
        }
    }

    static List<Optimizer.State> state(Parameter parameter, DataType type) {
        var moment = new TensorType(type, parameter.shape());
        return List.of(new Optimizer.State("moment1", moment, 0), new Optimizer.State("moment2", moment, 0));
    }

    Optimizer.Update update(
            Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Optimizer.Step step) {
        var op = new AdamStep(beta1, beta2, epsilon, parameter.decays() ? weightDecay : 0, decoupled);
        var updated = value.apply(op, gradient, state.get(0), state.get(1), step.rate(), step.number());
        return new Optimizer.Update(updated.get(0), updated.subList(1, 3));
    }
}
