package org.borealis.trainer.step;

import java.util.Map;
import org.borealis.device.Slot;

/**
 * What a run does over and over: {@link #accumulate} for each micro-batch, then {@link #loss} and {@link #gradientNorm} to decide, then
 * {@link #update} or nothing. All ranks call the same methods in the same order.
 */
public interface Step extends AutoCloseable {

    /** Forgets the batches of the step before. */
    default void begin() {
        begin(1);
    }

    /**
     * As {@link #begin()}.
     *
     * @param lossScale what gradients are multiplied with until they are used; 1 unless {@link Precision#scalesLoss}
     */
    void begin(double lossScale);

    /** Adds loss and gradient of a batch, which may not change before the last of the step has been added. */
    void accumulate(TokenBatch batch);

    /** Mean loss of all ranks' batches since {@link #begin}. */
    double loss();

    /** Euclidean length of the mean gradient of the batches since {@link #begin}. */
    double gradientNorm();

    /**
     * Updates the parameters.
     *
     * @param number of this update, from 1
     * @param scale what the mean gradient is multiplied with
     */
    void update(long number, double rate, double scale);

    /** Mean loss of this rank's batch with the parameters as they are. */
    double evaluate(TokenBatch batch);

    /** This rank's part of the gradients, by name: sums over the batches since {@link #begin}, until an update uses them up. */
    Map<String, Slot> gradients();

    @Override
    void close();
}
