package org.borealis.backend.onednn;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;
import org.borealis.device.DeviceException;

/**
 * Pages straight from the system: zeroed, page-aligned, huge where the system has huge pages, and outside the limit that the JVM sets
 * on direct memory.
 */
final class Memory {
    // From Linux's <sys/mman.h>, x86-64.
    private static final int NO_ACCESS = 0;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int WITHOUT_RESERVE = 0x4000;
    private static final int ADVICE_HUGE_PAGES = 14;
    private static final int ADVICE_POPULATE_WRITE = 23;
    private static final long FAILED = -1;
    private static final long HUGE_PAGE = 2L << 20;
    private static final long PAGE = 4096;

    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * All memory there is, at its address: what is bound was checked when it was bound, and a segment for each piece would be an object
     * for each piece.
     */
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final MethodHandle MMAP = handle(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP =
            handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE = handle("madvise", rangeAndFlag());
    private static final MethodHandle MPROTECT = handle("mprotect", rangeAndFlag());

    private Memory() {}

    private static FunctionDescriptor rangeAndFlag() {
        return FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    /** Whole pages that hold this many bytes. */
    static long pages(long bytes) {
        return Math.ceilDiv(Math.max(1, bytes), PAGE) * PAGE;
    }

    /** Takes zeroed memory that is really there: a later write can't fail for want of it. */
    static long take(long bytes) {
        long available = available();
        if (bytes > available) {
            throw exhausted(bytes, available);
        }
        try {
            long size = pages(bytes);
            long address = (long) MMAP.invokeExact(0L, size, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (address == FAILED) {
                throw exhausted(bytes, available);
            }
            if (size >= HUGE_PAGE) {
                // Advice only: an old kernel refuses, and the pages come at first use.
                int huge = (int) MADVISE.invokeExact(address, size, ADVICE_HUGE_PAGES);
                int populated = (int) MADVISE.invokeExact(address, size, ADVICE_POPULATE_WRITE);
            }
            return address;
        } catch (DeviceException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap", e);
        }
    }

    /** Takes a range of addresses without memory behind it; see {@link #open}. */
    static long reserve(long bytes) {
        try {
            long address = (long) MMAP.invokeExact(0L, bytes, NO_ACCESS, PRIVATE_ANONYMOUS | WITHOUT_RESERVE, -1, 0L);
            if (address == FAILED) {
                throw exhausted(bytes, 0);
            }
            return address;
        } catch (DeviceException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap", e);
        }
    }

    /** Puts memory behind the first bytes of a reserved range. */
    static void open(long address, long bytes) {
        try {
            if ((int) MPROTECT.invokeExact(address, pages(bytes), READ_WRITE) != 0) {
                throw exhausted(bytes, available());
            }
            int huge = (int) MADVISE.invokeExact(address, pages(bytes), ADVICE_HUGE_PAGES);
        } catch (DeviceException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mprotect", e);
        }
    }

    static void giveBack(long address, long bytes) {
        try {
            int unused = (int) MUNMAP.invokeExact(address, pages(bytes));
        } catch (Throwable e) {
            throw new IllegalStateException("munmap", e);
        }
    }

    /** The memory from an address on, as Java sees it. */
    static MemorySegment at(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;

    static void clear(long address, long bytes) {
        var zeros = ByteVector.zero(BYTES);
        long at = 0;
        for (; at + BYTES.length() <= bytes; at += BYTES.length()) {
            zeros.intoMemorySegment(ALL, address + at, ByteOrder.LITTLE_ENDIAN);
        }
        for (; at < bytes; at++) {
            ALL.set(BYTE, address + at, (byte) 0);
        }
    }

    static double getDouble(long address) {
        return ALL.get(DOUBLE, address);
    }

    static void putDouble(long address, double value) {
        ALL.set(DOUBLE, address, value);
    }

    static float getFloat(long address) {
        return ALL.get(FLOAT, address);
    }

    static void putFloat(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    static int getInt(long address) {
        return ALL.get(INT, address);
    }

    /** Bytes that the system, or the control group of this process, can still give. */
    static long available() {
        long free = field("/proc/meminfo", "MemAvailable:", 1024, Long.MAX_VALUE);
        long limit = field("/sys/fs/cgroup/memory.max", "", 1, Long.MAX_VALUE);
        long used = field("/sys/fs/cgroup/memory.current", "", 1, 0);
        return Math.min(free, Math.max(0, limit - used));
    }

    /** All memory of the machine. */
    static long installed() {
        return field("/proc/meminfo", "MemTotal:", 1024, 1L << 40);
    }

    private static long field(String file, String label, long unit, long otherwise) {
        var path = Path.of(file);
        if (!Files.isReadable(path)) {
            return otherwise;
        }
        try (var lines = Files.lines(path)) {
            return lines.filter(line -> line.startsWith(label))
                    .map(line -> line.replaceAll("\\D", ""))
                    .filter(digits -> !digits.isEmpty())
                    .findFirst()
                    .map(digits -> Long.parseLong(digits) * unit)
                    .orElse(otherwise);
        } catch (IOException e) {
            return otherwise;
        }
    }

    static DeviceException exhausted(long bytes, long available) {
        return new DeviceException(
                "out-of-memory",
                "onednn device needs " + bytes + " bytes more, and " + available
                        + " are available; take fewer sequences at a time, a smaller model, or a machine with more memory");
    }
}
