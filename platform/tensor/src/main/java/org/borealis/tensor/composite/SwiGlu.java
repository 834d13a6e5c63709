package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Gated unit of Llama's feed-forward layer (Shazeer 2020): gate * sigmoid(gate) * up.
 *
 * <p>Inputs gate and up of one shape; output of that shape.
 */
@ProviderType
public record SwiGlu() implements Composite {

    @Override
    public boolean inPlace(int input, int output) {
        return input == 0;
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var gate = in.get(0);
        return List.of(gate.times(gate.sigmoid()).times(in.get(1)));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients
                .get(0)
                .map(dy -> dy.apply(new Gradient(), in.get(0), in.get(1)))
                .orElse(List.of());
    }

    /** Gradient of {@link SwiGlu}. Inputs dy, gate, up; outputs dgate, dup. */
    @ProviderType
    public record Gradient() implements Composite {
        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var dy = in.get(0);
            var gate = in.get(1);
            var sigmoid = gate.sigmoid();
            var silu = gate.times(sigmoid);
            var slope = sigmoid.plus(silu.minus(silu.times(sigmoid))); // s + x s (1 - s)
            return List.of(dy.times(in.get(2)).times(slope), dy.times(silu));
        }
    }
}
