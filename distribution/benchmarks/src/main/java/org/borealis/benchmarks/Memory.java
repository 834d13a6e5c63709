package org.borealis.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of this process, as Linux counts it. */
final class Memory {
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");

    private Memory() {}

    /** Forgets the peak so far: what {@link #peak} gives next is that of what comes. */
    static void resetPeak() {
        try {
            Files.writeString(RESET, "5"); // proc(5): 5 resets the peak resident set size
        } catch (IOException e) {
            throw new UncheckedIOException("can't reset the peak; memory is measured on Linux only", e);
        }
    }

    /** Greatest resident memory since the last reset, in bytes. */
    static long peak() {
        return kibibytes("VmHWM:") * 1024;
    }

    /** Resident memory now, in bytes. */
    static long now() {
        return kibibytes("VmRSS:") * 1024;
    }

    private static long kibibytes(String key) {
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
