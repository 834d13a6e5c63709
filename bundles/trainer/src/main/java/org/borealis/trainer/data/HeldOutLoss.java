package org.borealis.trainer.data;

import java.util.function.ToDoubleFunction;
import org.borealis.trainer.step.TokenBatch;

/**
 * Mean loss on held-out windows: always the same ones, spread evenly over all there are.
 *
 * @param batches greatest number of batches to take
 */
public record HeldOutLoss(TokenWindows windows, int batches) {

    /** @param meanLoss of a batch, in nats a predicted token */
    public double of(TokenBatch batch, ToDoubleFunction<TokenBatch> meanLoss) {
        long available = windows.windows();
        long wanted = Math.min(available, (long) batches * batch.rows());
        double sum = 0;
        long predicted = 0;
        for (long i = 0; i < wanted; i += batch.rows()) {
            batch.clear();
            for (int row = 0; row < batch.rows() && i + row < wanted; row++) {
                windows.read((i + row) * available / wanted, batch, row);
            }
            sum += meanLoss.applyAsDouble(batch) * batch.predicted();
            predicted += batch.predicted();
        }
        return sum / predicted;
    }
}
