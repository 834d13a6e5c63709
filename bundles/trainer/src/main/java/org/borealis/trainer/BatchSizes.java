package org.borealis.trainer;

import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;

/** How a step's sequences are dealt out. */
final class BatchSizes {
    private BatchSizes() {}

    /**
     * Sequences that run at once on a rank.
     *
     * @param lines ranks, or lines of ranks, that have batches of their own
     */
    static int micro(RunSettings settings, int lines) {
        int sequences = settings.batch_sequences();
        if (settings.batch_micro() == 0 && sequences % lines != 0) {
            throw new BorealisException(
                    "batch-sizes",
                    "batch.sequences: " + sequences + " sequences can't be dealt out evenly to " + lines
                            + " ranks of the mesh; choose a multiple of " + lines);
        }
        int micro = settings.batch_micro() == 0 ? sequences / lines : settings.batch_micro();
        if (sequences % micro != 0) {
            throw new BorealisException(
                    "batch-sizes",
                    "batch.micro: a divisor of batch.sequences is wanted, so that a step is a whole number of micro-batches; got "
                            + micro + " for batch.sequences " + sequences);
        }
        return micro;
    }

    /** Batches that each rank has in a step. */
    static int perRank(RunSettings settings, int lines) {
        int micro = micro(settings, lines);
        int batches = settings.batch_sequences() / micro;
        if (batches % lines != 0) {
            throw new BorealisException(
                    "batch-sizes",
                    "batch.micro: a step has " + batches + " micro-batches of " + micro
                            + " sequences, which can't be dealt out evenly to " + lines
                            + " ranks of the mesh; choose batch.sequences and batch.micro so that " + lines
                            + " divides their ratio");
        }
        return batches / lines;
    }
}
