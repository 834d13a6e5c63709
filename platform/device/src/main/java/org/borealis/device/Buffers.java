package org.borealis.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The buffers of one device: what is taken, up to a limit, whose memory a slot is, and that all goes back when the device is closed. A
 * device may use this, or count for itself.
 */
@ProviderType
public final class Buffers implements AutoCloseable {
    private final String device;
    private final Source source;
    private final long mostBytes;
    private final Set<HeldBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    private long takenBytes;
    private boolean isClosed;

    /** Where memory comes from. */
    @ConsumerType
    public interface Source {

        /**
         * Takes zeroed memory that lives until {@code arena} is closed. Its address counts; that of another processor's memory is never
         * followed.
         *
         * @throws DeviceException if there is not enough; see {@link DeviceException#outOfMemory}
         */
        MemorySegment take(long bytes, Arena arena);
    }

    /** As much as the source gives. */
    public Buffers(String device, Source source) {
        this(device, source, Long.MAX_VALUE);
    }

    /**
     * As much as the source gives, and no more than a limit.
     *
     * @param device name in errors, such as {@code torch}
     */
    public Buffers(String device, Source source, long mostBytes) {
        this.device = device;
        this.source = source;
        this.mostBytes = mostBytes;
    }

    /** As {@link Device#allocate}. */
    public synchronized HeldBuffer allocate(long bytes) {
        if (isClosed) {
            throw new DeviceException("device-closed", device + " device was used after its close; open another");
        }
        if (bytes > mostBytes - takenBytes) {
            throw DeviceException.outOfMemory(device, bytes, mostBytes - takenBytes);
        }
        var buffer = new HeldBuffer(this, source, bytes);
        buffers.add(buffer);
        takenBytes += bytes;
        return buffer;
    }

    /**
     * The buffer of a slot.
     *
     * @throws DeviceException if it is closed, or another device's
     */
    public HeldBuffer of(Slot slot) {
        if (slot.buffer() instanceof HeldBuffer buffer && buffer.owner() == this) {
            buffer.address();
            return buffer;
        }
        throw new DeviceException(
                "foreign-buffer",
                device + " device was given memory of another device, "
                        + slot.buffer().getClass().getName() + "; copy it with read and write");
    }

    /** The bytes of a slot of this device, in memory that this process can address; using them after the buffer has gone throws. */
    public MemorySegment segment(Slot slot) {
        of(slot);
        return HeldBuffer.segment(slot);
    }

    /** Bytes that are left of the limit. */
    public synchronized long leftBytes() {
        return mostBytes - takenBytes;
    }

    synchronized void close(HeldBuffer buffer) {
        buffers.remove(buffer);
    }

    synchronized void gone(long bytes) {
        takenBytes -= bytes;
    }

    private synchronized List<HeldBuffer> end() {
        isClosed = true;
        return List.copyOf(buffers);
    }

    /** Closes all that are open; none can be had afterwards. */
    @Override
    public void close() {
        end().forEach(HeldBuffer::close);
    }
}
