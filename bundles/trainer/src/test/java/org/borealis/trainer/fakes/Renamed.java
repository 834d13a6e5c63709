package org.borealis.trainer.fakes;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;

/** {@link Momentum} as a later version may have it: it calls what it remembers by another name. */
public record Renamed(Momentum rule, String name) implements Optimizer {
    @Override
    public double rate() {
        return rule.rate();
    }

    @Override
    public double clip() {
        return rule.clip();
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return rule.state(parameter, type).stream()
                .map(state -> new State(name, state.type(), state.initial()))
                .toList();
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        return rule.update(parameter, value, gradient, state, step);
    }
}
