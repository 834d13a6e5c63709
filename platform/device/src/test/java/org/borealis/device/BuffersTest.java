package org.borealis.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.Test;

class BuffersTest {
    private static final TensorType BYTES = TensorType.of(DataType.UINT8, 4);
    private static final HostMemory MEMORY = new HostMemory("test");

    private static String code(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(DeviceException.class, action).code();
    }

    @Test
    void memoryIsZeroAlignedAndAsLargeAsAskedFor() {
        try (var buffers = new Buffers("test", MEMORY)) {
            for (int bytes : new int[] {1, 4096, 5 << 20}) {
                var slot = new Slot(buffers.allocate(bytes), 0, TensorType.of(DataType.UINT8, bytes));
                assertEquals(0, buffers.of(slot).address() % Slot.ALIGNMENT);
                assertEquals(-1, buffers.segment(slot).mismatch(MemorySegment.ofArray(new byte[bytes])));
                assertEquals(bytes, slot.buffer().bytes());
                buffers.segment(slot).fill((byte) 1);
                slot.buffer().close();
            }
        }
    }

    @Test
    void moreThanTheMachineHasIsRefusedByTheNeed() {
        try (var buffers = new Buffers("test", MEMORY)) {
            for (long bytes : new long[] {1L << 45, Long.MAX_VALUE}) {
                var refused = assertThrows(DeviceException.class, () -> buffers.allocate(bytes));
                assertEquals(DeviceException.OUT_OF_MEMORY, refused.code());
                assertTrue(
                        refused.getMessage().contains("test device needs " + bytes + " bytes"), refused.getMessage());
            }
            buffers.allocate(64);
        }
    }

    @Test
    void moreThanTheLimitIsRefusedAndClosingMakesRoom() {
        try (var buffers = new Buffers("test", MEMORY, 100)) {
            var first = buffers.allocate(60);
            assertEquals(40, buffers.leftBytes());
            assertEquals(DeviceException.OUT_OF_MEMORY, code(() -> buffers.allocate(60)));
            first.close();
            first.close();
            assertEquals(100, buffers.leftBytes());
            buffers.allocate(60);
        }
    }

    @Test
    void whatIsHeldLivesOnAndCountsUntilItIsReleased() {
        try (var buffers = new Buffers("test", MEMORY, 100)) {
            var buffer = buffers.allocate(60);
            long address = buffer.address();
            buffer.hold();
            buffer.close();
            HostMemory.at(address, 1).set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
            assertEquals(40, buffers.leftBytes());
            assertEquals("buffer-closed", code(buffer::address));
            buffer.release();
            assertEquals(100, buffers.leftBytes());
        }
    }

    @Test
    void usingMemoryThatHasGoneIsAnErrorAndNoCrash() {
        var buffers = new Buffers("test", MEMORY);
        var slot = new Slot(buffers.allocate(4), 0, BYTES);
        var segment = buffers.segment(slot);
        buffers.close();
        buffers.close();
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
        assertEquals("buffer-closed", code(() -> buffers.segment(slot)));
        assertEquals("device-closed", code(() -> buffers.allocate(1)));
    }

    @Test
    void anotherDevicesMemoryIsRefused() {
        try (var buffers = new Buffers("test", MEMORY);
                var others = new Buffers("test", MEMORY)) {
            var slot = new Slot(others.allocate(4), 0, BYTES);
            assertEquals("foreign-buffer", code(() -> buffers.segment(slot)));
        }
    }

    @Test
    void scratchGrowsInItsPlace() {
        try (var scratch = new HostScratch("test")) {
            long address = scratch.address(1);
            HostMemory.at(address, 1).fill((byte) 7);
            assertEquals(address, scratch.address(3 << 20));
            assertEquals(7, HostMemory.at(address, 3 << 20).get(ValueLayout.JAVA_BYTE, 0));
            HostMemory.at(address, 3 << 20).fill((byte) 1);
            assertEquals(DeviceException.OUT_OF_MEMORY, code(() -> scratch.address(1L << 60)));
            scratch.close();
        }
    }
}
