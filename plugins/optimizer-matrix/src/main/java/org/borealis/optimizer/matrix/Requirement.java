package org.borealis.optimizer.matrix;

import org.borealis.tensor.BorealisException;

/** What settings have to be. */
final class Requirement {
    private Requirement() {}

    /** @throws BorealisException with this complaint, unless it holds */
    static void that(boolean holds, String complaint) {
        if (!holds) {
            throw new BorealisException("optimizer-settings", complaint);
        }
    }
}
