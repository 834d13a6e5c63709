package org.borealis.trainer.drift;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.trainer.step.HostMemory;
import org.borealis.trainer.step.Slots;

/**
 * How far tensors are from what they should be: Euclidean lengths, in float64.
 *
 * @param difference length of the difference; infinite if one has a number where the other has none
 * @param length of the tensor that is compared with
 */
record Deviation(double difference, double length) {
    private static final int CHUNK = 1 << 16;

    /** Compares two tensors of one type. */
    static Deviation between(Device device, Slot got, Device other, Slot want) {
        var type = got.type().type();
        long elements = got.type().shape().elements();
        double difference = 0;
        double length = 0;
        try (var arena = Arena.ofConfined()) {
            var gotBytes = Slots.read(device, got, arena);
            var wantBytes = Slots.read(other, want, arena);
            if (!type.isFloat()) {
                return new Deviation(gotBytes.mismatch(wantBytes) < 0 ? 0 : Double.POSITIVE_INFINITY, 1);
            }
            var a = new double[CHUNK];
            var b = new double[CHUNK];
            for (long first = 0; first < elements; first += CHUNK) {
                int count = (int) Math.min(CHUNK, elements - first);
                fill(gotBytes, type, first, count, a);
                fill(wantBytes, type, first, count, b);
                for (int i = 0; i < count; i++) {
                    double d = a[i] - b[i];
                    boolean isSame = Double.compare(a[i], b[i]) == 0 || d == 0;
                    difference += isSame ? 0 : Double.isNaN(d) ? Double.POSITIVE_INFINITY : d * d;
                    length += b[i] * b[i];
                }
            }
        }
        return new Deviation(Math.sqrt(difference), Math.sqrt(length));
    }

    /** The difference as a share of the length, or of {@code least} if that is more. */
    double relative(double least) {
        double scale = Math.max(length, least);
        return difference == 0 ? 0 : Double.isFinite(scale) ? difference / scale : Double.POSITIVE_INFINITY;
    }

    private static void fill(MemorySegment bytes, DataType type, long first, int count, double[] values) {
        for (int i = 0; i < count; i++) {
            values[i] = HostMemory.read(bytes, type, first + i);
        }
    }
}
