package org.borealis.tensor.composite;

import java.util.List;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Places of a sequence's tokens with the experts that they chose. Each expert has {@code capacity} slots for each sequence, and gives
 * them to the tokens that chose it, in the order of the sequence; who comes too late gets none (GShard, Lepikhin et al. 2021, algorithm
 * 1, with a sequence for a group). So a token's place depends on no later token, and on no other sequence.
 *
 * <p>Input the INT32 experts [B, T, K] that each token chose, from 0 to {@code experts} - 1. Outputs, INT32, two that are the inverse of
 * each other: for each choice its slot [B, T, K], slot s of expert e being e {@code capacity} + s, or {@code experts capacity} if it
 * got none; and for each slot the choice that has it [B, experts capacity], choice k of token t being t K + k, or T K if none does.
 *
 * @param experts how many there are
 * @param capacity slots of an expert for a sequence
 */
@ProviderType
public record ExpertSlots(int experts, int capacity) implements Composite {

    @Override
    public boolean isBatched() {
        return true;
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        int batch = in.get(0).dim(0);
        int choices = in.get(0).shape().joined(1, 3);
        int slots = Math.multiplyExact(experts, capacity);
        var expert = in.get(0).reshape(batch, choices);
        var ids = expert.iota(2, TensorType.of(DataType.INT32, 1, 1, experts));
        var isChosen = expert.reshape(batch, choices, 1).equalTo(ids).as(DataType.INT32); // [B, N, E]
        var before = runningSum(isChosen)
                .times(isChosen)
                .sum(2)
                .reshape(batch, choices)
                .minus(1); // how many chose the same expert earlier
        var slot = before.less(before.scalar(capacity))
                .select(expert.times(capacity).plus(before), expert.scalar(slots)); // [B, N]

        // one more slot for each sequence takes what has none
        var first = slot.iota(0, TensorType.of(DataType.INT32, batch, 1)).times(slots + 1);
        var choice = slot.iota(1, slot.type()).minus(choices);
        var table = choice.scatterAdd(slot.plus(first), Math.multiplyExact(batch, slots + 1));
        var taken = table.reshape(batch, slots + 1).slice(1, 0, slots).plus(choices);
        return List.of(slot.reshape(in.get(0).shape()), taken);
    }

    /** Sums along dim 1 up to each element, in log2 N steps (Hillis and Steele 1986). */
    private static Tensor runningSum(Tensor x) {
        var sum = x;
        for (int distance = 1; distance < x.dim(1); distance *= 2) {
            var zeros = sum.constant(new TensorType(x.type().type(), x.shape().with(1, distance)), 0);
            sum = sum.plus(zeros.concatenate(1, sum.slice(1, 0, x.dim(1) - distance)));
        }
        return sum;
    }
}
