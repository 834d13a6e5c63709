package org.borealis.device;

import org.borealis.tensor.BorealisException;
import org.osgi.annotation.versioning.ProviderType;

/** A device can't do what it was asked to. */
@ProviderType
public final class DeviceException extends BorealisException {
    private static final long serialVersionUID = 1;

    /** @param code such as {@code out-of-memory} or {@code unsupported} */
    public DeviceException(String code, String message) {
        super(code, message);
    }

    /** As {@link #DeviceException(String, String)}, keeping the cause for the log. */
    public DeviceException(String code, String message, Throwable cause) {
        super(code, message, cause);
    }
}
