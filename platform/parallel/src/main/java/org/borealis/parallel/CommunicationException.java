package org.borealis.parallel;

import org.borealis.tensor.BorealisException;
import org.osgi.annotation.versioning.ProviderType;

/** Ranks could not talk to each other: a peer is gone, is too late, or does something else. */
@ProviderType
public final class CommunicationException extends BorealisException {
    private static final long serialVersionUID = 1;

    /** @param code such as {@code rendezvous}, {@code peer-lost}, {@code peer-late} */
    public CommunicationException(String code, String message) {
        super(code, message);
    }

    /** As {@link #CommunicationException(String, String)}, keeping what the library said. */
    public CommunicationException(String code, String message, Throwable cause) {
        super(code, message, cause);
    }
}
