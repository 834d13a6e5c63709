package org.borealis.tensor;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A failure that a person can act on: the message says what was wanted, what came, where, and what to do.
 *
 * <p>The command line prints the message without a stack trace.
 */
@ProviderType
public class BorealisException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;

    /**
     * @param code stable, machine-readable name of the kind of failure, such as {@code corpus-truncated}
     * @param message whole sentences for the reader
     */
    public BorealisException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** As {@link #BorealisException(String, String)}, keeping what caused it for the log. */
    public BorealisException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Stable name of the kind of failure. */
    public String code() {
        return code;
    }
}
