package org.borealis.backend.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.device.Eager;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.SwiGlu;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.Test;

final class ReferenceDeviceTest {

    @Test
    void memoryBeyondTheSettingIsRefusedAndClosingABufferMakesRoom() {
        try (var device = new ReferenceBackend(100).open()) {
            var first = device.allocate(60);
            var refused = assertThrows(DeviceException.class, () -> device.allocate(60));
            assertEquals("out-of-memory", refused.code());
            assertTrue(refused.getMessage().contains("60 bytes more, and 40 are"), refused.getMessage());
            first.close();
            first.close();
            device.allocate(60);
        }
    }

    @Test
    void whatIsLeftIsToldBeforeItIsTaken() {
        try (var device = new ReferenceBackend(100).open()) {
            device.allocate(60);
            assertEquals(40, device.memoryBytes().orElseThrow());
        }
        try (var device = new ReferenceBackend().open()) {
            long bytes = device.memoryBytes().orElseThrow();
            assertTrue(1 << 20 < bytes && bytes < 1L << 50, () -> bytes + " bytes");
        }
    }

    @Test
    void tensorsOfAnEagerTraceAreZeroAlignedAndNeverInOnePlace() {
        var sizes = List.of(0, 1 << 16, 0, 3, 1 << 15, 1, 0, 1 << 17);
        try (var device = new ReferenceBackend().open();
                var eager = new Eager(device)) {
            var slots = sizes.stream()
                    .map(size -> eager.slot(eager.tensor(TensorType.of(DataType.UINT8, size))))
                    .toList();
            for (var slot : slots) {
                assertEquals(0, slot.offset() % Slot.ALIGNMENT);
                var before = HostTensor.read(device, slot);
                assertEquals(-1, before.elements().mismatch(new HostTensor(slot.type()).elements()));
                HostTensor.of(slot.type(), 1).write(device, slot);
            }
        }
    }

    @Test
    void anIndexOutsideTheTableStops() {
        try (var device = new ReferenceBackend().open()) {
            var table = Slot.allocate(device, TensorType.of(DataType.FLOAT32, 0, 2));
            var indices = Slot.allocate(device, TensorType.of(DataType.INT32, 1));
            var rows = Slot.allocate(device, TensorType.of(DataType.FLOAT32, 1, 2));
            var kernel = device.bind(new Gather(), List.of(table, indices), List.of(rows));
            assertEquals(
                    "index-outside",
                    assertThrows(DeviceException.class, kernel::run).code());
        }
    }

    @Test
    void anOutputOfAnotherShapeIsRefusedWhenBound() {
        try (var device = new ReferenceBackend().open()) {
            var in = Slot.allocate(device, TensorType.of(DataType.FLOAT32, 3, 2));
            assertThrows(ShapeException.class, () -> device.bind(new Reduce(Fold.SUM, 0), List.of(in), List.of(in)));
        }
    }

    @Test
    void compositesAreNotTaken() {
        try (var device = new ReferenceBackend().open()) {
            var slot = Slot.allocate(device, TensorType.of(DataType.FLOAT32, 3));
            assertThrows(DeviceException.class, () -> device.bind(new SwiGlu(), List.of(slot, slot), List.of(slot)));
        }
    }
}
