package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Attention in which every query sees every key: softmax(scale q k') v. A block of a longer causal attention whose keys all come before
 * its queries.
 *
 * <p>Inputs q [B, T, H, D], k and v [B, S, K, D] with K dividing H; outputs as those of {@link Attention}: y [B, T, H, D] and the
 * log-sum-exp of the scaled scores [B, H, T] in the accumulator type.
 */
@ProviderType
public record FullAttention(double scale) implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        return Attention.forward(in, scale, false);
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        if (gradients.get(0).isEmpty() || gradients.get(1).isPresent()) {
            return List.of();
        }
        return gradients
                .get(0)
                .get()
                .apply(new Gradient(scale), in.get(0), in.get(1), in.get(2), out.get(0), out.get(1));
    }

    /**
     * Gradient of {@link FullAttention}. Inputs dy [B, T, H, D], q, k, v, y, log-sum-exp [B, H, T]; outputs dq [B, T, H, D], dk and dv
     * [B, S, K, D]. With y and log-sum-exp of an attention over more keys than these, it gives what these contribute.
     */
    @ProviderType
    public record Gradient(double scale) implements Composite {
        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            return Attention.backward(in, scale, false);
        }
    }
}
