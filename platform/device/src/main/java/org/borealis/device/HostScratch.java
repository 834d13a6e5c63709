package org.borealis.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory of this process that kernels use while they run, one after the other. It grows to the largest need and never moves: addresses
 * are reserved for as much as the machine has, and only what is asked for gets memory. On Linux only, where native code may be called.
 */
@ProviderType
public final class HostScratch implements AutoCloseable {
    private static final long UNKNOWN_MACHINE = 1L << 40;

    private final String device;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment reserved;
    private long opened;

    /** @param device name in errors */
    public HostScratch(String device) {
        this.device = device;
        long bytes = SystemPages.pages(HostMemory.installedBytes().orElse(UNKNOWN_MACHINE));
        reserved = HostMemory.pages().reserve(bytes, arena);
    }

    /**
     * An address with at least this much memory behind it; all callers get the same.
     *
     * @throws DeviceException if there is not so much
     */
    public synchronized long address(long bytes) {
        if (bytes > opened) {
            if (bytes > reserved.byteSize() || !HostMemory.pages().open(reserved.address(), bytes)) {
                throw DeviceException.outOfMemory(device, bytes, reserved.byteSize());
            }
            opened = bytes;
        }
        return reserved.address();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
