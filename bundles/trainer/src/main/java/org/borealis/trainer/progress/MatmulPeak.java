package org.borealis.trainer.progress;

import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.TensorType;
import org.borealis.trainer.step.Slots;

/** What a device reaches in matrix products: the roof that model FLOPs utilisation is a share of. */
public final class MatmulPeak {
    private static final int[] SIZES = {128, 256, 512, 1024, 2048};
    private static final double LONGEST_PRODUCT_SECONDS = 0.05;
    private static final double SECONDS = 0.3;
    /** The first wakes threads, and any may be held up by what else the machine does. */
    private static final int FEWEST_RUNS = 5;

    private MatmulPeak() {}

    /** Floating-point operations a second of the fastest of a few square products; takes about a third of a second. */
    public static double measure(Device device, DataType type) {
        double best = 0;
        for (int size : SIZES) {
            double flops = 2.0 * size * size * size;
            if (best > 0 && flops / best > LONGEST_PRODUCT_SECONDS) {
                break;
            }
            best = Math.max(best, flops / fastest(device, TensorType.of(type, size, size)));
        }
        return best;
    }

    private static double fastest(Device device, TensorType type) {
        try (var slots = new Slots(device)) {
            List<Slot> operands = List.of(slots.add("left", type), slots.add("right", type));
            var product = List.of(slots.add("product", type));
            try (var kernel = device.bind(new Primitive.MatMul(false, false), operands, product)) {
                double fastest = Double.POSITIVE_INFINITY;
                long end = System.nanoTime() + (long) (SECONDS / SIZES.length * 1e9);
                for (int i = 0; i < FEWEST_RUNS || System.nanoTime() < end; i++) {
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
