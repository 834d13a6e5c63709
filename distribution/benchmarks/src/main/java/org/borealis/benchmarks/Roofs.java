package org.borealis.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.TensorType;

/** What the machine can do at most, right now. */
public final class Roofs implements AutoCloseable {
    private static final int SIZE = 2048;
    private static final long COPY_BYTES = 256L << 20; // far beyond any cache
    private static final int TRIES = 5;

    private final List<Slot> slots = new ArrayList<>();
    private final List<Kernel> products = new ArrayList<>();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment from = arena.allocate(COPY_BYTES, 64);
    private final MemorySegment to = arena.allocate(COPY_BYTES, 64);

    /** @param devices the best of their matrix products counts */
    Roofs(List<Device> devices) {
        var type = TensorType.of(DataType.FLOAT32, SIZE, SIZE);
        for (var device : devices) {
            var own = List.of(Slot.allocate(device, type), Slot.allocate(device, type), Slot.allocate(device, type));
            slots.addAll(own);
            products.add(device.bind(new MatMul(false, true), own.subList(0, 2), own.subList(2, 3)));
        }
    }

    /** Floating-point operations a second of float32 matrix products of 2048 x 2048, the best of a few tries. */
    double matmul() {
        double best = 0;
        for (int i = 0; i < TRIES; i++) {
            for (var product : products) {
                long start = System.nanoTime();
                product.run();
                best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / ((System.nanoTime() - start) / 1e9));
            }
        }
        return best;
    }

    /** Bytes a second read and written by a copy on all cores, the best of a few tries. */
    public double memory() {
        int threads = Runtime.getRuntime().availableProcessors();
        double best = 0;
        for (int i = 0; i < TRIES; i++) {
            long start = System.nanoTime();
            IntStream.range(0, threads).parallel().forEach(t -> {
                long part = COPY_BYTES / threads;
                MemorySegment.copy(from, t * part, to, t * part, part);
            });
            best = Math.max(best, 2.0 * COPY_BYTES / ((System.nanoTime() - start) / 1e9));
        }
        return best;
    }

    @Override
    public void close() {
        products.forEach(Kernel::close);
        slots.forEach(slot -> slot.buffer().close());
        arena.close();
    }
}
