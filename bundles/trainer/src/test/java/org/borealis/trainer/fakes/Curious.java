package org.borealis.trainer.fakes;

import java.util.List;
import java.util.Map;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/**
 * Does all that an optimizer may: every other update is of another kind, a number follows the gradient's length, curvature is observed,
 * and it is evaluated between where it is and where it began.
 *
 * @param observesEvery 0 for stages of a pipeline, which can't
 */
public record Curious(double rate, long observesEvery) implements Optimizer {
    private static final String BOLD = "bold";
    private static final String LENGTH = "length";
    private static final String SQUARES = "squares";

    @Override
    public double clip() {
        return 1;
    }

    @Override
    public List<String> kinds() {
        return List.of(UPDATE, BOLD);
    }

    @Override
    public String kind(long number) {
        return number % 2 == 0 ? BOLD : UPDATE;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var like = new TensorType(type, parameter.shape());
        return List.of(State.copy("start", like), new State("curvature", like, 0.01));
    }

    @Override
    public Map<String, Double> numbers() {
        return Map.of(LENGTH, 1.0);
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        return Map.of(SQUARES, gradient.times(gradient).sum());
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        return Map.of(LENGTH, (before.getOrDefault(LENGTH, 0.0) + Math.sqrt(sums.getOrDefault(SQUARES, 0.0))) / 2);
    }

    @Override
    public List<Tensor> observe(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Tensor labels) {
        var type = value.type().type();
        var square = gradient.times(gradient).times(labels.as(type));
        return List.of(state.get(0), state.get(1).plus(square));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var type = value.type().type();
        var rate = step.rate().dividedBy(step.get(LENGTH)).times(step.kind().equals(BOLD) ? 2 : 1);
        var direction = gradient.dividedBy(state.get(1).plus(0.1));
        return new Update(value.minus(direction.times(rate.as(type))), state);
    }

    @Override
    public Tensor evaluated(Parameter parameter, Tensor value, List<Tensor> state) {
        return value.plus(state.get(0)).times(0.5);
    }
}
