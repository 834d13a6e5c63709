package org.borealis.trainer;

import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;

/** How a step's sequences are dealt out. */
final class BatchSizes {
    private BatchSizes() {}

    /** Sequences that run at once. */
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
