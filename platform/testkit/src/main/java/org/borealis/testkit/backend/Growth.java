package org.borealis.testkit.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How much memory of this process something takes that is done again and again. A leak shows in every window of time; what the Java heap
 * and the JIT take shows in some, and what the heap gives back, in the background, hides a leak in one. So the least but one of several
 * windows is what counts.
 */
final class Growth {
    private static final int WINDOWS = 6;
    private static final Path STATUS = Path.of("/proc/self/status");

    private Growth() {}

    /** Bytes that a repetition costs; 0 where the system does not tell what the process takes. */
    static double bytesEach(int times, Runnable action) {
        repeat(times / 2, action);
        double least = Double.POSITIVE_INFINITY;
        double leastButOne = Double.POSITIVE_INFINITY;
        long before = resident();
        for (int window = 0; window < WINDOWS && leastButOne > 0; window++) {
            repeat(times, action);
            long after = resident();
            double growth = after - before;
            leastButOne = Math.min(leastButOne, Math.max(least, growth));
            least = Math.min(least, growth);
            before = after;
        }
        return Math.max(0, leastButOne) / times;
    }

    private static void repeat(int times, Runnable action) {
        for (int i = 0; i < times; i++) {
            action.run();
        }
    }

    private static long resident() {
        System.gc(); // so that garbage takes the same pages in each window
        return residentBytes().orElse(0);
    }

    static OptionalLong residentBytes() {
        return read(STATUS, "RssAnon:");
    }

    /** Memory of the machine. */
    static OptionalLong machineBytes() {
        return read(Path.of("/proc/meminfo"), "MemTotal:");
    }

    private static OptionalLong read(Path file, String label) {
        if (!Files.isReadable(file)) {
            return OptionalLong.empty();
        }
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(label))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
