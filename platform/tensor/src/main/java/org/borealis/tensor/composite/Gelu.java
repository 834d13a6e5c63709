package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Gaussian error linear unit (Hendrycks and Gimpel 2016), x * Phi(x); with {@code tanh} the approximation that GPT-2 uses.
 *
 * <p>Input x, output y of its shape.
 */
@ProviderType
public record Gelu(boolean tanh) implements Composite {
    private static final double CUBIC = 0.044715; // Hendrycks and Gimpel 2016, section 2
    private static final double SLOPE = Math.sqrt(2 / Math.PI);

    @Override
    public boolean inPlace(int input, int output) {
        return true;
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var x = in.get(0);
        var phi = tanh
                ? inner(x).tanh().plus(1).times(0.5)
                : x.times(Math.sqrt(0.5)).erf().plus(1).times(0.5);
        return List.of(x.times(phi));
    }

    private static Tensor inner(Tensor x) {
        return x.plus(x.times(x).times(x).times(CUBIC)).times(SLOPE);
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients
                .get(0)
                .map(dy -> dy.apply(new Gradient(tanh), in.get(0)))
                .orElse(List.of());
    }

    /** Gradient of {@link Gelu}. Inputs dy, x; output dx. */
    @ProviderType
    public record Gradient(boolean tanh) implements Composite {
        @Override
        public boolean inPlace(int input, int output) {
            return true;
        }

        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var dy = in.get(0);
            var x = in.get(1);
            if (tanh) {
                var t = inner(x).tanh();
                var slope = x.times(x).times(3 * CUBIC).plus(1).times(SLOPE);
                var bend = t.times(t).negate().plus(1).times(slope).times(x).times(0.5);
                return List.of(dy.times(t.plus(1).times(0.5).plus(bend)));
            }
            var phi = x.times(Math.sqrt(0.5)).erf().plus(1).times(0.5);
            var density = x.times(x).times(-0.5).exp().times(1 / Math.sqrt(2 * Math.PI));
            return List.of(dy.times(phi.plus(x.times(density))));
        }
    }
}
