package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntToDoubleFunction;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;

/** A tensor in native memory, between bytes that are known, so that whoever writes beside it is seen. */
record NativeTensor(TensorType type, MemorySegment whole, MemorySegment memory) {
    private static final byte GUARD = (byte) 0xA5;
    private static final long EDGE = 64;

    static NativeTensor fill(Arena arena, DataType type, int count, IntToDoubleFunction value) {
        var values = HostTensor.fill(TensorType.of(type, count), value);
        var whole = arena.allocate(values.type().bytes() + 2 * EDGE, EDGE);
        whole.fill(GUARD);
        var memory = whole.asSlice(EDGE, values.type().bytes());
        memory.copyFrom(values.elements());
        return new NativeTensor(values.type(), whole, memory);
    }

    /** As {@link #fill}, with what no test expects. */
    static NativeTensor unset(Arena arena, DataType type, int count) {
        return fill(arena, type, count, i -> 99);
    }

    double get(int i) {
        return new HostTensor(type, memory).get(i);
    }

    byte[] bytes() {
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    /** That all elements are these, bit for bit, and nothing beside them was touched. */
    void requireEquals(String what, IntToDoubleFunction wanted) {
        var values = HostTensor.fill(type, wanted);
        if (values.elements().mismatch(memory) >= 0) {
            for (int i = 0; i < values.count(); i++) {
                assertEquals(values.get(i), get(i), what + " of " + type + ", element " + i);
            }
            assertArrayEquals(values.bytes(), bytes(), what + " of " + type);
        }
        requireGuards(what);
    }

    void requireGuards(String what) {
        for (long i = 0; i < EDGE; i++) {
            assertEquals(
                    GUARD, whole.get(ValueLayout.JAVA_BYTE, i), what + " of " + type + ": wrote before its memory");
            assertEquals(
                    GUARD,
                    whole.get(ValueLayout.JAVA_BYTE, whole.byteSize() - 1 - i),
                    what + " of " + type + ": wrote behind its memory");
        }
    }
}
