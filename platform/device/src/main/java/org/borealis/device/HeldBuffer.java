package org.borealis.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/** Memory at an address, from {@link Buffers}. Who is bound to it may hold it, so that no order of closing makes a pointer dangle. */
@ProviderType
public final class HeldBuffer implements Buffer {
    private final Buffers owner;
    private final MemorySegment memory;
    private final Arena arena = Arena.ofShared();
    private int holders = 1;
    private boolean isOpen = true;

    HeldBuffer(Buffers owner, Buffers.Source source, long bytes) {
        this.owner = owner;
        try {
            memory = source.take(bytes, arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /**
     * The bytes of a slot in memory that this process can address; using them after the buffer has gone throws.
     *
     * @throws DeviceException if the slot's buffer is closed, or none of these
     */
    public static MemorySegment segment(Slot slot) {
        if (slot.buffer() instanceof HeldBuffer buffer) {
            return buffer.segment().asSlice(slot.offset(), slot.type().bytes());
        }
        throw new DeviceException(
                "foreign-buffer",
                "memory is " + slot.buffer().getClass().getName() + ", another device's; copy it with read and write");
    }

    Buffers owner() {
        return owner;
    }

    /**
     * Where its first byte is, for ever.
     *
     * @throws DeviceException if it is closed
     */
    public long address() {
        return segment().address();
    }

    synchronized MemorySegment segment() {
        if (!isOpen) {
            throw new DeviceException("buffer-closed", "a buffer of " + bytes() + " bytes was used after its close");
        }
        return memory;
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    /** Keeps the memory beyond {@link #close}, until {@link #release}. */
    public synchronized void hold() {
        holders++;
    }

    /** Ends one {@link #hold}. */
    public void release() {
        if (isLast()) {
            arena.close();
            owner.gone(bytes());
        }
    }

    private synchronized boolean isLast() {
        holders--;
        return holders == 0;
    }

    private synchronized boolean closes() {
        boolean wasOpen = isOpen;
        isOpen = false;
        return wasOpen;
    }

    @Override
    public void close() {
        if (closes()) {
            owner.close(this);
            release();
        }
    }
}
