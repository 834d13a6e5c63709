package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What experts made of a token, weighted and summed; zeros for a choice that got no slot.
 *
 * <p>Inputs y [B, M, C] by slot, weights [B, T, K], and slots INT32 [B, T, K] and choices INT32 [B, M] as {@link ExpertSlots} gives
 * them, of which the gradient reads the latter. Output [B, T, C]; summed in the accumulator type.
 */
@ProviderType
public record Combine() implements Composite {

    @Override
    public boolean isBatched() {
        return true;
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var y = in.get(0);
        var slots = in.get(2);
        var sum = Dispatch.toChoices(y, slots).times(byChoice(in.get(1))).sum(2); // [B, T, 1, C]
        return List.of(
                sum.reshape(slots.dim(0), slots.dim(1), y.dim(2)).as(y.type().type()));
    }

    /** [B, T, K] to [B, T, K, 1] in the accumulator type. */
    private static Tensor byChoice(Tensor weights) {
        return weights.as(weights.type().type().accumulator())
                .reshape(weights.dim(0), weights.dim(1), weights.dim(2), 1);
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients
                .get(0)
                .map(dz -> dz.apply(new Gradient(), in.get(0), in.get(1), in.get(2), in.get(3)))
                .orElse(List.of());
    }

    /** Gradient of {@link Combine}. Inputs dz [B, T, C], y, weights, slots, choices; outputs dy [B, M, C], dweights [B, T, K]. */
    @ProviderType
    public record Gradient() implements Composite {
        @Override
        public boolean isBatched() {
            return true;
        }

        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var dz = in.get(0);
            var weights = in.get(2);
            var slots = in.get(3);
            var choices = in.get(4);
            var accumulator = dz.type().type().accumulator();
            var bySlot = Rows.of(weights.reshape(weights.dim(0), slots.shape().joined(1, 3), 1), choices)
                    .as(accumulator); // [B, M, 1]
            var dy = Dispatch.toSlots(dz, choices, slots).as(accumulator).times(bySlot);
            var dweights = Dispatch.toChoices(in.get(1), slots)
                    .times(dz.as(accumulator).reshape(dz.dim(0), dz.dim(1), 1, dz.dim(2)))
                    .sum(3);
            return List.of(
                    dy.as(in.get(1).type().type()),
                    dweights.reshape(weights.shape()).as(weights.type().type()));
        }
    }
}
