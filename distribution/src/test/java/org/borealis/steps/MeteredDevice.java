package org.borealis.steps;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;

/** A device that counts what each of its kernels allocates on the Java heap. */
record MeteredDevice(Device device, List<Meter> meters) implements Device {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    MeteredDevice(Device device) {
        this(device, new ArrayList<>());
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
        var meter = new Meter(device.bind(op, inputs, outputs), op.label());
        meters.add(meter);
        return meter;
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public boolean supports(DataType type) {
        return device.supports(type);
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return device.fuses(op, inputs);
    }

    @Override
    public Buffer allocate(long bytes) {
        return device.allocate(bytes);
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        device.write(target, source);
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        device.read(source, target);
    }

    @Override
    public OptionalLong memoryBytes() {
        return device.memoryBytes();
    }

    @Override
    public void finish() {
        device.finish();
    }

    @Override
    public void close() {
        device.close();
    }
}
