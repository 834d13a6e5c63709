package org.borealis.cluster;

import org.borealis.tensor.BorealisException;

/** A job that can't be described, or a process whose place in its job can't be told. */
public final class ClusterException extends BorealisException {
    private static final long serialVersionUID = 1;

    /** As {@link BorealisException#BorealisException(String, String)}. */
    public ClusterException(String code, String message) {
        super(code, message);
    }

    /** As {@link BorealisException#BorealisException(String, String, Throwable)}. */
    public ClusterException(String code, String message, Throwable cause) {
        super(code, message, cause);
    }
}
