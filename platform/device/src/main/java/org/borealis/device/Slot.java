package org.borealis.device;

import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Where a tensor lives: dense, row-major, from {@code offset} bytes into a buffer on. Offsets are multiples of {@link #ALIGNMENT}, but
 * for views into a larger tensor.
 */
@ProviderType
public record Slot(Buffer buffer, long offset, TensorType type) {
    /** Bytes that planned offsets are multiples of: a cache line. */
    public static final int ALIGNMENT = 64;

    public Slot {
        if (offset < 0 || offset + type.bytes() > buffer.bytes()) {
            throw new DeviceException(
                    "slot-outside",
                    type + " at byte " + offset + " reaches outside a buffer of " + buffer.bytes() + " bytes");
        }
    }

    /** A whole new buffer for one tensor. */
    public static Slot allocate(Device device, TensorType type) {
        return new Slot(device.allocate(Math.max(1, type.bytes())), 0, type);
    }
}
