package org.borealis.pipeline.schedules;

import org.borealis.tensor.BorealisException;

/** Refuses what a schedule can't be made for. */
final class Numbers {
    private Numbers() {}

    static void requireOneChunk(String schedule, int chunks) {
        require(
                chunks == 1,
                schedule + " has one chunk a stage, got pipeline.chunks=" + chunks
                        + "; set it to 1, or choose pipeline.schedule=interleaved");
    }

    static void require(boolean holds, String message) {
        if (!holds) {
            throw new BorealisException("pipeline", "pipeline: " + message);
        }
    }
}
