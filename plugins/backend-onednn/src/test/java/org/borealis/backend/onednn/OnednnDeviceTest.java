package org.borealis.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Linear;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is special to this backend; the rest is the conformance kit's. */
class OnednnDeviceTest {
    private static final TensorType FOUR = TensorType.of(DataType.FLOAT32, 4);

    private final Device device = Onednn.open(2);

    @AfterEach
    void close() {
        device.close();
    }

    @Test
    void aKernelKeepsTheMemoryOfAClosedBufferUntilItIsClosed() {
        var x = Slot.allocate(device, FOUR);
        var y = Slot.allocate(device, FOUR);
        var kernel = device.bind(new Primitive.Unary(Primitive.Function.EXP), List.of(x), List.of(y));
        x.buffer().close();
        kernel.run();
        assertArrayEquals(new double[] {1, 1, 1, 1}, HostTensor.read(device, y).values());
        kernel.close();
        assertEquals(
                "kernel-closed",
                assertThrows(DeviceException.class, kernel::run).code());
    }

    @Test
    void aTargetOutsideTheVocabularyIsNamed() {
        var logits = Slot.allocate(device, TensorType.of(DataType.FLOAT32, 1, 4));
        var targets = HostTensor.of(TensorType.of(DataType.INT32, 1), 4).to(device);
        var loss = Slot.allocate(device, TensorType.of(DataType.FLOAT32));
        var logSumExp = Slot.allocate(device, TensorType.of(DataType.FLOAT32, 1));
        var kernel = device.bind(new CrossEntropy(), List.of(logits, targets), List.of(loss, logSumExp));
        var e = assertThrows(DeviceException.class, kernel::run);
        assertTrue(e.getMessage().contains("target 4 of row 0"), e.getMessage());
    }

    /** By oneDNN's matmul, whose weight fits a cache; by its sgemm, for few rows and for a large weight. */
    @Test
    void aLinearLayerHasTheSameBitsOnAnyNumberOfThreads() {
        for (int[] sizes : new int[][] {{301, 128, 512}, {3, 128, 512}, {301, 768, 770}}) {
            var wanted = linear(1, sizes[0], sizes[1], sizes[2]);
            for (int threads : new int[] {2, 3, 4}) {
                assertArrayEquals(wanted, linear(threads, sizes[0], sizes[1], sizes[2]), threads + " threads");
            }
        }
    }

    private static float[] linear(int threads, int rows, int in, int out) {
        try (var other = Onednn.open(threads)) {
            var x = Onednn.sample(other, 1, rows, in);
            var weight = Onednn.sample(other, 2, out, in);
            var bias = Onednn.sample(other, 3, out);
            var y = Onednn.sample(other, 4, rows, out);
            other.bind(new Linear(), List.of(x, weight, bias), List.of(y)).run();
            return Onednn.floats(other, y);
        }
    }
}
