package org.borealis.trainer;

import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;

/** How a step's sequences are dealt out. */
final class BatchSizes {
    private BatchSizes() {}

    /**
     * Batches that each rank has in a step.
     *
     * @param ranks batches that run at once, on as many ranks or lines of ranks
     */
    static int perRank(RunSettings settings, int ranks) {
        int batches = settings.batch_sequences() / micro(settings);
        if (batches % ranks != 0) {
            throw new BorealisException(
                    "batch-sizes",
                    "batch.micro: a step has " + batches + " micro-batches of " + micro(settings)
                            + " sequences, which can't be dealt out evenly to " + ranks
                            + " ranks of the mesh; choose batch.sequences and batch.micro so that " + ranks
                            + " divides their ratio, such as batch.micro="
                            + Math.max(1, settings.batch_sequences() / ranks));
        }
        return batches / ranks;
    }

    /** Sequences that run at once on a rank. */
    static int micro(RunSettings settings) {
        int sequences = settings.batch_sequences();
        int micro = settings.batch_micro() == 0 ? sequences : settings.batch_micro();
        if (sequences % micro != 0) {
            throw new BorealisException(
                    "batch-sizes",
                    "batch.micro: a divisor of batch.sequences is wanted, so that a step is a whole number of micro-batches; got "
                            + micro + " for batch.sequences " + sequences);
        }
        return micro;
    }
}
