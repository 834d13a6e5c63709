package org.borealis.parallel;

import org.borealis.tensor.BorealisException;
import org.osgi.annotation.versioning.ProviderType;

/** Ranks could not talk to each other: a peer is gone, is too late, or does something else. */
@ProviderType
public final class CommunicationException extends BorealisException {
    private static final long serialVersionUID = 1;

    /**
     * @param code {@code rendezvous} where ranks did not meet, {@code peer-lost} where one is gone, {@code peer-late} where the time is
     *     up, {@code mismatch} where members do different things, {@code closed} after this rank's own close, or a library's own
     */
    public CommunicationException(String code, String message) {
        super(code, message);
    }

    /** As {@link #CommunicationException(String, String)}, keeping what the library said. */
    public CommunicationException(String code, String message, Throwable cause) {
        super(code, message, cause);
    }
}
