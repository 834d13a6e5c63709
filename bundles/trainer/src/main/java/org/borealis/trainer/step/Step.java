package org.borealis.trainer.step;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.borealis.device.Slot;
import org.borealis.train.Optimizer;

/**
 * What a run does over and over: {@link #accumulate} for each micro-batch, then {@link #loss} and {@link #gradientNorm} to decide, then
 * {@link #update} or nothing. All ranks call the same methods in the same order.
 */
public interface Step extends AutoCloseable {

    /** As below, for gradients as they are. */
    default void begin(int batches) {
        begin(1, batches);
    }

    /**
     * Forgets the batches of the step before.
     *
     * @param lossScale what gradients are multiplied with until they are used; 1 unless {@link Precision#scalesLoss}
     * @param batches how many the step has on each rank
     */
    void begin(double lossScale, int batches);

    /** Adds loss and gradient of a batch, which may not change before the last of the step has been added. */
    void accumulate(TokenBatch batch);

    /** Mean loss of all ranks' batches since {@link #begin}. */
    double loss();

    /** Euclidean length of the mean gradient of the batches since {@link #begin}. */
    double gradientNorm();

    /**
     * Mean, over the first batches of all ranks since {@link #begin}, of the squared length of the gradient of one such batch; empty if
     * the step has no other batch, or if that would take more than these programs do.
     */
    OptionalDouble squaredBatchNorm();

    /**
     * Lets the optimizer take in the gradient for labels that are drawn from the model's predictions for a step's batches;
     * after {@link #begin}, before {@link #accumulate}.
     *
     * @param number of the update that comes next
     */
    void observe(List<TokenBatch> batches, long number);

    /**
     * Updates the parameters.
     *
     * @param scale what the mean gradient is multiplied with
     * @param numbers what the optimizer remembers of the run
     * @return what it remembers from now on
     */
    Map<String, Double> update(Optimizer.Pace pace, double scale, Map<String, Double> numbers);

    /** As above, for an optimizer that remembers nothing of the run, with weight decay as it is. */
    default void update(long number, double rate, double scale) {
        update(new Optimizer.Pace(number, rate, 1), scale, Map.of());
    }

    /** The greatest attention score of all ranks' batches, once {@link #update} has limited them; empty if the optimizer does not. */
    default OptionalDouble greatestScore() {
        return OptionalDouble.empty();
    }

    /** Makes an update of a kind that needs no gradients, if the optimizer has it. */
    void apply(String kind);

    /** Mean loss of this rank's batch with the parameters as they are. */
    double evaluate(TokenBatch batch);

    /** This rank's part of the gradients, by name: sums over the batches since {@link #begin}, until an update uses them up. */
    Map<String, Slot> gradients();

    @Override
    void close();
}
