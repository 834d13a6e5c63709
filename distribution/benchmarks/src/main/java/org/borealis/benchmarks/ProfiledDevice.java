package org.borealis.benchmarks;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;

/** A device that counts where the time of its kernels goes: by operation and operand types. */
final class ProfiledDevice implements Device {
    private static final int ROWS = 40;

    private final Device device;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private static final class Entry {
        long calls;
        long nanos;
    }

    ProfiledDevice(Device device) {
        this.device = device;
    }

    /** Forgets what was counted so far. */
    void reset() {
        entries.values().forEach(entry -> {
            entry.calls = 0;
            entry.nanos = 0;
        });
    }

    /**
     * A table of the operations that took most.
     *
     * @param seconds of a step, kernels and all else
     */
    String table(int steps, double seconds) {
        double total = entries.values().stream().mapToLong(e -> e.nanos).sum();
        long calls = entries.values().stream().mapToLong(e -> e.calls).sum() / steps;
        double outside = seconds - total / 1e9 / steps;
        var head = String.format(
                Locale.ROOT,
                "%d kernels a step; %.1f us a step in none of them, %.3f us a kernel, %.2f%% of the step%n",
                calls,
                outside * 1e6,
                outside * 1e6 / calls,
                100 * outside / seconds);
        return head
                + entries.entrySet().stream()
                        .filter(e -> e.getValue().calls > 0)
                        .sorted(Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().nanos)
                                .reversed())
                        .limit(ROWS)
                        .map(e -> String.format(
                                Locale.ROOT,
                                "%6.2f%% %10.3f ms %6d calls  %s",
                                100 * e.getValue().nanos / total,
                                e.getValue().nanos / 1e6 / steps,
                                e.getValue().calls / steps,
                                e.getKey()))
                        .collect(Collectors.joining("\n"));
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        var kernel = device.bind(op, inputs, outputs);
        var types = inputs.stream().map(s -> s.type().toString()).collect(Collectors.joining(" "));
        var entry = entries.computeIfAbsent(op.label() + " " + types, key -> new Entry());
        return new Kernel() {
            @Override
            public void run() {
                long start = System.nanoTime();
                kernel.run();
                device.finish();
                entry.nanos += System.nanoTime() - start;
                entry.calls++;
            }

            @Override
            public void close() {
                kernel.close();
            }
        };
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
    public void finish() {
        device.finish();
    }

    @Override
    public void close() {
        device.close();
    }
}
