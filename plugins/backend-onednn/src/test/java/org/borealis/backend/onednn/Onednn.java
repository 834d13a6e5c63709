package org.borealis.backend.onednn;

import java.lang.annotation.Annotation;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.loops.TileLoops;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;

/** Devices for tests. */
final class Onednn {
    private Onednn() {}

    static OnednnDevice open(int threads) {
        return (OnednnDevice) backend(threads).open();
    }

    static OnednnBackend backend(int threads) {
        return new OnednnBackend(
                new OnednnBackend.Config() {
                    @Override
                    public int threads() {
                        return threads;
                    }

                    @Override
                    public Class<? extends Annotation> annotationType() {
                        return OnednnBackend.Config.class;
                    }
                },
                new TileLoops());
    }

    /** A float32 tensor of seeded numbers between -1 and 1. */
    static Slot sample(Device device, long seed, int... sizes) {
        var slot = Slot.allocate(device, TensorType.of(DataType.FLOAT32, sizes));
        fill(device, slot, seed);
        return slot;
    }

    static void fill(Device device, Slot slot, long seed) {
        var random = new Random(seed);
        float[] numbers = new float[(int) slot.type().shape().elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextFloat(-1, 1);
        }
        device.write(slot, MemorySegment.ofArray(numbers));
    }

    static float[] floats(Device device, Slot slot) {
        float[] numbers = new float[(int) slot.type().shape().elements()];
        device.read(slot, MemorySegment.ofArray(numbers));
        return numbers;
    }
}
