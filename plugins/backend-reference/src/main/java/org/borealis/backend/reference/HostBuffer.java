package org.borealis.backend.reference;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.borealis.device.Buffer;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;

/** Memory outside the Java heap; touching it after close is an error, not a crash. */
final class HostBuffer implements Buffer {
    private final Arena arena = Arena.ofShared();
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final MemorySegment memory;
    private final Consumer<HostBuffer> onClose;

    HostBuffer(long bytes, Consumer<HostBuffer> onClose) {
        this.onClose = onClose;
        try {
            memory = arena.allocate(bytes, Slot.ALIGNMENT);
        } catch (OutOfMemoryError | IllegalArgumentException e) {
            arena.close();
            throw new DeviceException(
                    "out-of-memory",
                    "reference: " + bytes
                            + " bytes were asked for and could not be had; use a smaller batch or model, or give"
                            + " Java more with -XX:MaxDirectMemorySize",
                    e);
        }
    }

    /** The bytes of a slot. */
    static MemorySegment memory(Slot slot) {
        if (slot.buffer() instanceof HostBuffer host) {
            return host.memory.asSlice(slot.offset(), slot.type().bytes());
        }
        throw new DeviceException(
                "foreign-buffer",
                "reference: got a buffer of another device, "
                        + slot.buffer().getClass().getName() + "; read it to the host and write it here");
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            arena.close();
            onClose.accept(this);
        }
    }
}
