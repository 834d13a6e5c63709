package org.borealis.optimizer.adam;

import java.util.ArrayList;
import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.AdamStep;

/** Adam as torch.optim computes it, with weight decay in the gradient or apart from it. */
abstract class PlainAdam extends Moments {
    private final double weightDecay;
    private final boolean isDecoupled;
    private final boolean remembersGreatest;

    PlainAdam(
            String name,
            double rate,
            double clip,
            double weightDecay,
            double[] betas,
            double epsilon,
            boolean isDecoupled,
            boolean remembersGreatest) {
        super(name, rate, clip, weightDecay, betas, epsilon);
        this.weightDecay = weightDecay;
        this.isDecoupled = isDecoupled;
        this.remembersGreatest = remembersGreatest;
    }

    @Override
    public final List<State> state(Parameter parameter, DataType type) {
        var state = new ArrayList<>(super.state(parameter, type));
        if (remembersGreatest) {
            state.add(zeros("greatestMoment2", parameter, type));
        }
        return state;
    }

    @Override
    public final Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        if (!remembersGreatest && step.ramp().isEmpty()) {
            var op = new AdamStep(beta1(), beta2(), epsilon(), decays(parameter) ? weightDecay : 0, isDecoupled);
            var updated = value.apply(op, gradient, state.get(0), state.get(1), step.rate(), step.number());
            return new Update(updated.get(0), updated.subList(1, 3));
        }
        var kept = isDecoupled ? decayed(parameter, value, step) : value;
        var taken = isDecoupled ? gradient : withDecay(parameter, gradient, value, step);
        var next = new ArrayList<>(List.of(moment1(state.get(0), taken), moment2(state.get(1), taken)));
        if (remembersGreatest) {
            next.add(state.get(2).maximum(next.get(1)));
        }
        var direction = next.getFirst().dividedBy(deviation(next.getLast(), step));
        return new Update(kept.minus(scaled(direction, correctedRate(step))), next);
    }
}
