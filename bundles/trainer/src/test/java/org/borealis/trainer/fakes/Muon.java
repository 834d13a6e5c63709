package org.borealis.trainer.fakes;

import java.util.List;
import java.util.Optional;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.QkClip;
import org.borealis.train.Optimizer;

/** Momentum whose matrices are made near-orthogonal (Jordan et al. 2024), so an update needs the whole of each; vectors are not. */
public record Muon(double rate, Optional<QkClip> qkClip) implements Optimizer {
    /** Coefficients and number of the Newton-Schulz iterations of the same. */
    private static final double[] QUINTIC = {3.4445, -4.7750, 2.0315};

    private static final int ITERATIONS = 5;

    /** Without a limit of attention scores. */
    public Muon(double rate) {
        this(rate, Optional.empty());
    }

    @Override
    public double clip() {
        return 1;
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return parameter.shape().rank() != 2;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(new State("velocity", new TensorType(type, parameter.shape()), 0));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var velocity = state.get(0).times(0.9).plus(gradient);
        var direction = isElementwise(parameter) ? velocity : orthogonal(velocity);
        return new Update(
                value.minus(direction.times(step.rate().as(value.type().type()))), List.of(velocity));
    }

    private static Tensor orthogonal(Tensor matrix) {
        var length = matrix.times(matrix).sum().sqrt().plus(1e-7);
        var x = matrix.dividedBy(length.reshape(1, 1).stretch(matrix.shape()));
        for (int i = 0; i < ITERATIONS; i++) {
            var square = x.matmul(false, x, true);
            var factor = square.times(QUINTIC[1]).plus(square.matmul(square).times(QUINTIC[2]));
            x = x.times(QUINTIC[0]).plus(factor.matmul(x));
        }
        return x;
    }
}
