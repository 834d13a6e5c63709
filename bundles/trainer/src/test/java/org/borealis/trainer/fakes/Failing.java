package org.borealis.trainer.fakes;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;

/** {@link Momentum} with a defect that shows when an update is traced. */
public record Failing(Momentum rule) implements Optimizer {
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
        return rule.state(parameter, type);
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        throw new IllegalStateException("no update today");
    }
}
