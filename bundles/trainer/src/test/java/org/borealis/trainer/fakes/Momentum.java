package org.borealis.trainer.fakes;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/** Gradient descent with momentum: something to remember, and little to get wrong. */
public record Momentum(double rate, double clip) implements Optimizer {
    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(new State("velocity", new TensorType(type, parameter.shape()), 0));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var velocity = state.get(0).times(0.9).plus(gradient);
        return new Update(value.minus(velocity.times(step.rate().as(value.type().type()))), List.of(velocity));
    }
}
