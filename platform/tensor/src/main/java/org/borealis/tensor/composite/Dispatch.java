package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Tokens on their way to experts: for each slot the hidden state of the token that has it, and zeros for an empty one.
 *
 * <p>Inputs x [B, T, C], and choices INT32 [B, M] and slots INT32 [B, T, K] as {@link ExpertSlots} gives them, of which the gradient
 * reads the latter. Output [B, M, C].
 */
@ProviderType
public record Dispatch() implements Composite {

    @Override
    public boolean isBatched() {
        return true;
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        return List.of(toSlots(in.get(0), in.get(1), in.get(2)));
    }

    /** Rows of x [B, T, C] by slot. */
    static Tensor toSlots(Tensor x, Tensor choices, Tensor slots) {
        return Rows.of(x, choices.dividedBy(slots.dim(2)));
    }

    /** Rows of y [B, M, C] by choice, in the accumulator type: [B, T, K, C]. */
    static Tensor toChoices(Tensor y, Tensor slots) {
        int choices = slots.shape().joined(1, 3);
        return Rows.of(y, slots.reshape(slots.dim(0), choices))
                .as(y.type().type().accumulator())
                .reshape(slots.dim(0), slots.dim(1), slots.dim(2), y.dim(2));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients.get(0).map(dy -> dy.apply(new Gradient(), in.get(2))).orElse(List.of());
    }

    /** Gradient of {@link Dispatch}. Inputs dy [B, M, C], slots [B, T, K]; output dx [B, T, C], with no sum over slots scattered. */
    @ProviderType
    public record Gradient() implements Composite {
        @Override
        public boolean isBatched() {
            return true;
        }

        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var dy = in.get(0);
            var slots = in.get(1);
            var dx = toChoices(dy, slots).sum(2); // [B, T, 1, C]
            return List.of(dx.reshape(slots.dim(0), slots.dim(1), dy.dim(2))
                    .as(dy.type().type()));
        }
    }
}
