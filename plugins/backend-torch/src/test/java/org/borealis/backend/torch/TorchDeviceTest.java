package org.borealis.backend.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is special to this backend; the rest is the conformance kit's. */
class TorchDeviceTest {
    private static final TensorType FOUR = TensorType.of(DataType.FLOAT32, 4);

    private final Device device = Torch.open(2);

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

    /** On two threads, where the one that began first ends first. */
    @Test
    void openBlasHasItsThreadsBackAfterTwoKernelsAtOnce() {
        var firstIsIn = new CompletableFuture<Void>();
        var secondIsIn = new CompletableFuture<Void>();
        var first = CompletableFuture.runAsync(() -> Natives.withOneBlasThread(() -> {
            firstIsIn.complete(null);
            secondIsIn.join();
        }));
        firstIsIn.join();
        Natives.withOneBlasThread(() -> {
            secondIsIn.complete(null);
            first.join();
            assertEquals(1, Natives.blasThreads());
        });
        assertEquals(2, Natives.blasThreads());
    }
}
