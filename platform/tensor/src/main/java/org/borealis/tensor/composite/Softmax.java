package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Softmax over the innermost dim, exp(x) / sum(exp(x)), with the row's maximum taken off first so that nothing overflows.
 *
 * <p>Input x [.., C]; output of its shape and type, computed in the accumulator type. A row that holds NaN or an infinite maximum gives
 * NaN.
 */
@ProviderType
public record Softmax() implements Composite {

    /** The shares of each innermost row of {@code x}, which add up to 1. */
    public static Tensor apply(Tensor x) {
        return x.apply(new Softmax()).get(0);
    }

    @Override
    public boolean inPlace(int input, int output) {
        return true;
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var type = in.get(0).type().type();
        var x = in.get(0).as(type.accumulator());
        var weights = x.minus(x.max(-1)).exp();
        return List.of(weights.dividedBy(weights.sum(-1)).as(type));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients.get(0).map(dy -> dy.apply(new Gradient(), out.get(0))).orElse(List.of());
    }

    /** Gradient of {@link Softmax}. Inputs dy, y; output dx = y (dy - sum(y dy)). */
    @ProviderType
    public record Gradient() implements Composite {
        @Override
        public boolean inPlace(int input, int output) {
            return input == 0;
        }

        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var type = in.get(0).type().type();
            var dy = in.get(0).as(type.accumulator());
            var y = in.get(1).as(type.accumulator());
            return List.of(y.times(dy.minus(dy.times(y).sum(-1))).as(type));
        }
    }
}
