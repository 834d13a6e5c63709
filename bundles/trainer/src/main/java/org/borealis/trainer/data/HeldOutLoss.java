package org.borealis.trainer.data;

import java.util.function.ToDoubleFunction;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.TokenBatch;

/**
 * Mean loss on held-out windows: always the same ones, spread evenly over all there are.
 *
 * @param batches greatest number of batches to take
 */
public record HeldOutLoss(TokenWindows windows, int batches) {

    /** @param meanLoss of a batch, in nats a predicted token */
    public double of(TokenBatch batch, ToDoubleFunction<TokenBatch> meanLoss) {
        return of(batch, meanLoss, Ranks.ALONE);
    }

    /** As {@link #of(TokenBatch, ToDoubleFunction)}; the ranks share the batches, and all get the bits of one. */
    public double of(TokenBatch batch, ToDoubleFunction<TokenBatch> meanLoss, Ranks ranks) {
        long available = windows.windows();
        long wanted = Math.min(available, (long) batches * batch.rows());
        double sum = 0;
        double predicted = 0;
        for (long round = 0; round < wanted; round += (long) batch.rows() * ranks.batches()) {
            long first = round + (long) batch.rows() * ranks.batch();
            batch.clear();
            for (int row = 0; row < batch.rows() && first + row < wanted; row++) {
                windows.read((first + row) * available / wanted, batch, row);
            }
            for (var each : ranks.perBatch(meanLoss.applyAsDouble(batch), batch.predicted())) {
                sum += each[0] * each[1];
                predicted += each[1];
            }
        }
        return sum / predicted;
    }
}
