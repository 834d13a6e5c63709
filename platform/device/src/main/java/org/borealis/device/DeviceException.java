package org.borealis.device;

import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Collective;
import org.osgi.annotation.versioning.ProviderType;

/** A device can't do what it was asked to. */
@ProviderType
public final class DeviceException extends BorealisException {
    /** Code of a refusal to give memory. */
    public static final String OUT_OF_MEMORY = "out-of-memory";

    private static final long serialVersionUID = 1;

    /** @param code such as {@link #OUT_OF_MEMORY} or {@code unsupported} */
    public DeviceException(String code, String message) {
        super(code, message);
    }

    /** As {@link #DeviceException(String, String)}, keeping the cause for the log. */
    public DeviceException(String code, String message, Throwable cause) {
        super(code, message, cause);
    }

    /**
     * There is less memory than was asked for.
     *
     * @param device name, such as {@code torch}
     */
    public static DeviceException outOfMemory(String device, long neededBytes, long availableBytes) {
        return new DeviceException(
                OUT_OF_MEMORY,
                device + " device needs " + neededBytes + " bytes more, and " + availableBytes
                        + " are available; take fewer sequences at a time, a smaller model, or a machine with more memory");
    }

    /** The refusal of an operation that ranks do together: the program that holds it runs it, between kernels. */
    public static DeviceException collective(Collective op) {
        return new DeviceException("unsupported", op.label() + " is for ranks to do together, not for a device");
    }
}
