package org.borealis.steps;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Op;
import org.borealis.testkit.ForwardingDevice;

/** A device that counts what each of its kernels allocates on the Java heap. */
final class MeteredDevice extends ForwardingDevice {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final List<Meter> meters = new ArrayList<>();

    MeteredDevice(Device device) {
        super(device);
    }

    static final class Meter implements Kernel {
        private final Kernel kernel;
        private final String label;
        private long runs;
        private long bytes;

        private Meter(Kernel kernel, String label) {
            this.kernel = kernel;
            this.label = label;
        }

        @Override
        public void run() {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            kernel.run();
            bytes += THREADS.getCurrentThreadAllocatedBytes() - before;
            runs++;
        }

        double bytesPerRun() {
            return (double) bytes / Math.max(1, runs);
        }

        @Override
        public void close() {
            kernel.close();
        }

        @Override
        public String toString() {
            return String.format("%.1f bytes a run: %s", bytesPerRun(), label);
        }
    }

    static long allocatedBytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    void reset() {
        meters.forEach(meter -> {
            meter.runs = 0;
            meter.bytes = 0;
        });
    }

    long runs() {
        return meters.stream().mapToLong(meter -> meter.runs).sum();
    }

    double worst() {
        return meters.stream().mapToDouble(Meter::bytesPerRun).max().orElse(0);
    }

    String table() {
        return meters.stream()
                .sorted(Comparator.comparingDouble(Meter::bytesPerRun).reversed())
                .limit(10)
                .map(Meter::toString)
                .collect(Collectors.joining("\n"));
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        var meter = new Meter(super.bind(op, inputs, outputs), op.label());
        meters.add(meter);
        return meter;
    }
}
