package org.borealis.loops;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.borealis.tensor.DataType;

/** Elements of one type in memory, read into registers and written from them in runs of equal stride. */
final class Memory {
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    /** All that this process can address: any thread may read it, also what belongs to a confined arena. */
    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    final DataType type;
    private MemorySegment base = ALL;
    private long offset;

    Memory(DataType type) {
        this.type = type;
    }

    void place(MemorySegment segment) {
        base = segment.isNative() ? ALL : segment;
        offset = segment.isNative() ? segment.address() : 0;
    }

    void load(Scratch scratch, Register to, int start, long element, long stride, int count) {
        long from = offset + element * type.bytes();
        if (stride == 1) {
            copy(scratch, to, start, from, count);
        } else if (stride == 0) {
            copy(scratch, to, start, from, 1);
            fill(scratch, to, start, count);
        } else {
            long step = stride * type.bytes();
            for (int i = 0; i < count; i++) {
                copy(scratch, to, start + i, from + i * step, 1);
            }
        }
    }

    private void copy(Scratch scratch, Register to, int start, long from, int count) {
        switch (type) {
            case FLOAT32 -> MemorySegment.copy(base, FLOAT, from, scratch.floats(to), start, count);
            case FLOAT64 -> MemorySegment.copy(base, DOUBLE, from, scratch.doubles(to), start, count);
            case INT32 -> MemorySegment.copy(base, INT, from, scratch.ints(to), start, count);
            case INT64 -> MemorySegment.copy(base, LONG, from, scratch.longs(to), start, count);
            case BFLOAT16 -> {
                MemorySegment.copy(base, SHORT, from, scratch.halves, 0, count);
                Conversions.fromBfloat16(scratch.halves, scratch.floats(to), start, count);
            }
            case FLOAT16 -> {
                MemorySegment.copy(base, SHORT, from, scratch.halves, 0, count);
                Conversions.fromFloat16(scratch.halves, scratch.floats(to), start, count);
            }
            case UINT8, BOOL -> {
                MemorySegment.copy(base, BYTE, from, scratch.bytes, 0, count);
                Conversions.fromBytes(scratch.bytes, scratch.ints(to), start, count);
            }
        }
    }

    private static void fill(Scratch scratch, Register to, int start, int count) {
        switch (to.kind) {
            case FLOAT -> Arrays.fill(scratch.floats(to), start, start + count, scratch.floats(to)[start]);
            case DOUBLE -> Arrays.fill(scratch.doubles(to), start, start + count, scratch.doubles(to)[start]);
            case INT -> Arrays.fill(scratch.ints(to), start, start + count, scratch.ints(to)[start]);
            case LONG -> Arrays.fill(scratch.longs(to), start, start + count, scratch.longs(to)[start]);
        }
    }

    void store(Scratch scratch, Register from, int start, long element, long stride, int count) {
        long to = offset + element * type.bytes();
        if (stride == 1) {
            put(scratch, from, start, to, count);
        } else {
            long step = stride * type.bytes();
            for (int i = 0; i < count; i++) {
                put(scratch, from, start + i, to + i * step, 1);
            }
        }
    }

    private void put(Scratch scratch, Register from, int start, long to, int count) {
        switch (type) {
            case FLOAT32 -> MemorySegment.copy(scratch.floats(from), start, base, FLOAT, to, count);
            case FLOAT64 -> MemorySegment.copy(scratch.doubles(from), start, base, DOUBLE, to, count);
            case INT32 -> MemorySegment.copy(scratch.ints(from), start, base, INT, to, count);
            case INT64 -> MemorySegment.copy(scratch.longs(from), start, base, LONG, to, count);
            case BFLOAT16 -> {
                Conversions.toBfloat16(scratch.floats(from), start, scratch.halves, count);
                MemorySegment.copy(scratch.halves, 0, base, SHORT, to, count);
            }
            case FLOAT16 -> {
                Conversions.toFloat16(scratch.floats(from), start, scratch.halves, count);
                MemorySegment.copy(scratch.halves, 0, base, SHORT, to, count);
            }
            case UINT8, BOOL -> {
                Conversions.toBytes(scratch.ints(from), start, scratch.bytes, count);
                MemorySegment.copy(scratch.bytes, 0, base, BYTE, to, count);
            }
        }
    }
}
