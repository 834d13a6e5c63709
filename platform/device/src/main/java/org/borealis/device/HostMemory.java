package org.borealis.device;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory of this process, for {@link Buffers} of a device that computes in it: zeroed, aligned to pages, and really there once it was
 * given.
 *
 * <p>On Linux, in a process that may call native code, it comes from the system, in huge pages where there are some. Elsewhere it is
 * what Java's arenas give.
 */
@ProviderType
public final class HostMemory implements Buffers.Source {
    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final Path GROUP = Path.of("/sys/fs/cgroup");
    /** What may be taken before the system is asked again how much there is: asking takes longer than giving a small piece. */
    private static final long UNASKED_BYTES = 2 << 20;

    private final String device;
    private final AtomicLong takenUnasked = new AtomicLong();

    /** @param device name in errors, such as {@code torch} */
    public HostMemory(String device) {
        this.device = device;
    }

    private static final class Found {
        private static final SystemPages PAGES = new SystemPages();
    }

    /** The system's pages, looked up at their first use: that takes native access. */
    static SystemPages pages() {
        return Found.PAGES;
    }

    @Override
    public MemorySegment take(long bytes, Arena arena) {
        if (bytes > UNASKED_BYTES || takenUnasked.addAndGet(bytes) > UNASKED_BYTES) {
            takenUnasked.set(0);
            long available = available();
            if (bytes > available) {
                throw DeviceException.outOfMemory(device, bytes, available);
            }
        }
        if (SystemPages.areThere()) {
            var memory = pages().take(bytes, arena);
            if (memory.byteSize() < bytes) {
                throw DeviceException.outOfMemory(device, bytes, available());
            }
            return memory;
        }
        try {
            return arena.allocate(bytes, Slot.ALIGNMENT);
        } catch (OutOfMemoryError | IllegalArgumentException e) {
            var refused = DeviceException.outOfMemory(device, bytes, available());
            refused.initCause(e);
            throw refused;
        }
    }

    private long available() {
        return availableBytes().orElse(Long.MAX_VALUE);
    }

    /** The memory from an address on, as Java sees it. Nobody checks that it is there. */
    public static MemorySegment at(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** Bytes that the system, or the control group of this process, can still give without swapping; empty where nobody tells. */
    public OptionalLong availableBytes() {
        var machine = field(MACHINE, "MemAvailable:", 1024);
        var limit = field(GROUP.resolve("memory.max"), "", 1);
        if (limit.isEmpty()) {
            return machine;
        }
        long used = field(GROUP.resolve("memory.current"), "", 1).orElse(0);
        // Counted as used, and given up on demand.
        long cached = field(GROUP.resolve("memory.stat"), "inactive_file ", 1).orElse(0);
        long left = Math.max(0, limit.getAsLong() - Math.max(0, used - cached));
        return OptionalLong.of(Math.min(machine.orElse(Long.MAX_VALUE), left));
    }

    /** All memory of the machine; empty where nobody tells. */
    static OptionalLong installedBytes() {
        return field(MACHINE, "MemTotal:", 1024);
    }

    private static OptionalLong field(Path file, String label, long unit) {
        if (!Files.isReadable(file)) {
            return OptionalLong.empty();
        }
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(label))
                    .map(line -> line.replaceAll("\\D", ""))
                    .filter(digits -> !digits.isEmpty())
                    .mapToLong(digits -> Long.parseLong(digits) * unit)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
