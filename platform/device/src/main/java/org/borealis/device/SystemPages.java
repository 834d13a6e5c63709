package org.borealis.device;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Set;

/** Pages straight from Linux: zeroed, and huge where it has huge pages. */
final class SystemPages {
    // From Linux's <sys/mman.h>, the same on both architectures.
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");
    private static final int NO_ACCESS = 0;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int WITHOUT_RESERVE = 0x4000;
    private static final int ADVICE_HUGE_PAGES = 14;
    private static final int ADVICE_POPULATE_WRITE = 23;

    private static final long FAILED = -1;
    private static final long HUGE_PAGE = 2L << 20;
    /** The largest that these architectures have. */
    private static final long PAGE = 64 << 10;

    private final MethodHandle map = handle(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private final MethodHandle unmap =
            handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private final MethodHandle advise = handle("madvise", rangeAndFlag());
    private final MethodHandle protect = handle("mprotect", rangeAndFlag());

    /** Whether this is Linux, and this process may call it. */
    static boolean areThere() {
        return System.getProperty("os.name").equals("Linux")
                && ARCHITECTURES.contains(System.getProperty("os.arch"))
                && SystemPages.class.getModule().isNativeAccessEnabled();
    }

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

    /** Memory that is really there: a later write can't fail for want of it. Of size 0 if there is none. */
    MemorySegment take(long bytes, Arena arena) {
        long size = pages(bytes);
        long address = map(size, READ_WRITE, PRIVATE_ANONYMOUS);
        if (address == FAILED) {
            return MemorySegment.NULL;
        }
        if (size >= HUGE_PAGE) {
            // Advice only: an old kernel refuses, and the pages come at first use.
            call(advise, address, size, ADVICE_HUGE_PAGES);
            call(advise, address, size, ADVICE_POPULATE_WRITE);
        }
        return owned(address, bytes, size, arena);
    }

    /** A range of addresses without memory behind it; see {@link #open}. Of size 0 if there is none. */
    MemorySegment reserve(long bytes, Arena arena) {
        long address = map(bytes, NO_ACCESS, PRIVATE_ANONYMOUS | WITHOUT_RESERVE);
        return address == FAILED ? MemorySegment.NULL : owned(address, bytes, bytes, arena);
    }

    /** Puts memory behind the first bytes of a reserved range, if there is any. */
    boolean open(long address, long bytes) {
        boolean done = call(protect, address, pages(bytes), READ_WRITE) == 0;
        call(advise, address, pages(bytes), ADVICE_HUGE_PAGES);
        return done;
    }

    private MemorySegment owned(long address, long bytes, long size, Arena arena) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, arena, _ -> giveBack(address, size));
    }

    private long map(long size, int access, int flags) {
        try {
            return (long) map.invokeExact(0L, size, access, flags, -1, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException("mmap", e);
        }
    }

    private static int call(MethodHandle function, long address, long size, int flag) {
        try {
            return (int) function.invokeExact(address, size, flag);
        } catch (Throwable e) {
            throw new IllegalStateException("madvise or mprotect", e);
        }
    }

    private void giveBack(long address, long size) {
        try {
            int unused = (int) unmap.invokeExact(address, size);
        } catch (Throwable e) {
            throw new IllegalStateException("munmap", e);
        }
    }
}
