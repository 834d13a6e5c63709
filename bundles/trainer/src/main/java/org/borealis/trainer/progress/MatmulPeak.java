package org.borealis.trainer.progress;

import java.util.List;
import java.util.OptionalDouble;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.TensorType;
import org.borealis.trainer.step.Slots;

/** What a device reaches in matrix products: the roof that model FLOPs utilisation is a share of. */
public final class MatmulPeak {
    private static final int[] SIZES = {256, 512, 1024, 2048, 4096};
    /** About how long all may take. */
    private static final double SECONDS = 0.1;
    /** Twice the size is eight times the work. */
    private static final int NEXT = 8;
    /** The first run wakes threads, and any may be held up by what else the machine does. */
    private static final int RUNS = 4;

    private MatmulPeak() {}

    /** Floating-point operations a second of the fastest of a few square products; empty if there is no memory even for the smallest. */
    public static OptionalDouble measure(Device device, DataType type) {
        long start = System.nanoTime();
        double best = 0;
        for (int size : SIZES) {
            double seconds;
            try {
                seconds = fastest(device, TensorType.of(type, size, size));
            } catch (DeviceException e) {
                if (e.code().equals(DeviceException.OUT_OF_MEMORY)) {
                    break; // the run leaves none for more: what was measured has to do
                }
                throw e;
            }
            best = Math.max(best, 2.0 * size * size * size / seconds);
            if ((System.nanoTime() - start) / 1e9 + NEXT * seconds > SECONDS) {
                break;
            }
        }
        return best > 0 ? OptionalDouble.of(best) : OptionalDouble.empty();
    }

    private static double fastest(Device device, TensorType type) {
        try (var slots = new Slots(device)) {
            List<Slot> operands = List.of(slots.add("left", type), slots.add("right", type));
            var product = List.of(slots.add("product", type));
            try (var kernel = device.bind(new Primitive.MatMul(false, false), operands, product)) {
                double fastest = Double.POSITIVE_INFINITY;
                for (int i = 0; i < RUNS; i++) {
                    long start = System.nanoTime();
                    kernel.run();
                    device.finish();
                    fastest = Math.min(fastest, (System.nanoTime() - start) / 1e9);
                }
                return fastest;
            }
        }
    }
}
