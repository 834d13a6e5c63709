package org.borealis.tensor;

import org.osgi.annotation.versioning.ProviderType;

/** An operation was asked for tensors whose shapes or types it does not take. */
@ProviderType
public final class ShapeException extends BorealisException {
    private static final long serialVersionUID = 1;

    /** @param message names the operation, what it wanted and what came */
    public ShapeException(String message) {
        super("shape", message);
    }
}
