package org.borealis.steps;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import org.borealis.backend.torch.TorchBackend;
import org.borealis.device.Device;
import org.borealis.device.Loops;
import org.borealis.testkit.Settings;
import org.junit.jupiter.api.Test;

/** A step through trainer, compiler and backend takes no memory that a later step must give back. */
class StepCostTest {
    private static final int WARM = 8000; // until the hot loop is compiled, and its garbage with it

    /** A leak of one JavaCPP object of 32 bytes in each of some 200 kernels would be 64 MB in 10,000 steps. */
    private static final long MOST_GROWTH = 16 << 20;

    private static final int TURNS = 3; // a leak shows in each, but the Java heap may grow in one

    @Test
    void aStepAllocatesNothingOnTheHeapBeyondASmallConstant() {
        try (var device = new MeteredDevice(open());
                var training = new TinyTraining(device)) {
            training.steps(WARM);
            device.reset();
            int steps = 200;
            long before = MeteredDevice.allocatedBytes();
            training.steps(steps);
            long bytes = (MeteredDevice.allocatedBytes() - before) / steps;
            System.out.printf(
                    "%d bytes a step, of %d kernels; the kernels that take most:%n%s%n",
                    bytes, device.runs() / steps, device.table());
            assertTrue(device.worst() <= 8, device.table());
            assertTrue(bytes <= 2048, bytes + " bytes a step");
        }
    }

    @Test
    void tenThousandStepsTakeNoMoreMemory() throws IOException {
        try (var device = open();
                var training = new TinyTraining(device)) {
            training.steps(WARM);
            long grown = Long.MAX_VALUE;
            for (int turn = 0; turn < TURNS && grown >= MOST_GROWTH; turn++) {
                long before = residentBytes();
                training.steps(10_000);
                grown = residentBytes() - before;
                System.out.printf("grew by %d bytes%n", grown);
            }
            assertTrue(grown < MOST_GROWTH, "grew by " + grown + " bytes");
        }
    }

    private static Device open() {
        var settings = Settings.of(TorchBackend.Config.class, Map.of("threads", 1)); // steps are too small for two
        return ServiceLoader.load(Loops.class)
                .findFirst()
                .map(loops -> new TorchBackend(settings, loops))
                .orElseGet(() -> new TorchBackend(settings))
                .open();
    }

    /** Memory of this process that is no file's; the Java heap is in it, too. */
    private static long residentBytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("RssAnon"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
