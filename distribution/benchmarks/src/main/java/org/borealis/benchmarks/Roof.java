package org.borealis.benchmarks;

import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.TensorType;

/** What the machine can do at most, right now: float32 matrix products of 2048 x 2048. */
final class Roof implements AutoCloseable {
    private static final int SIZE = 2048;
    private static final int TRIES = 5;

    private final List<Slot> slots;
    private final Kernel kernel;

    Roof(Device device) {
        var type = TensorType.of(DataType.FLOAT32, SIZE, SIZE);
        slots = List.of(Slot.allocate(device, type), Slot.allocate(device, type), Slot.allocate(device, type));
        kernel = device.bind(new MatMul(false, true), slots.subList(0, 2), slots.subList(2, 3));
    }

    /** Floating-point operations a second, the best of a few tries. */
    double measure() {
        double best = 0;
        for (int i = 0; i < TRIES; i++) {
            long start = System.nanoTime();
            kernel.run();
            best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / ((System.nanoTime() - start) / 1e9));
        }
        return best;
    }

    @Override
    public void close() {
        kernel.close();
        slots.forEach(slot -> slot.buffer().close());
    }
}
