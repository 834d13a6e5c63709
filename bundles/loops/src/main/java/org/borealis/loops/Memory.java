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
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    final DataType type;
    private MemorySegment base = Lanes.ALL;
    private boolean isNative = true;
    private long offset;
    private long bytes;

    Memory(DataType type) {
        this.type = type;
    }

    void place(MemorySegment segment) {
        isNative = segment.isNative();
        base = isNative ? Lanes.ALL : segment;
        offset = isNative ? segment.address() : 0;
        bytes = segment.byteSize();
    }

    /** Whether registers may lie in it. */
    boolean holdsFloats() {
        return type == DataType.FLOAT32 && isNative;
    }

    boolean overlaps(Memory other) {
        return isNative && other.isNative && offset < other.offset + other.bytes && other.offset < offset + bytes;
    }

    boolean isAt(Memory other) {
        return isNative && other.isNative && offset == other.offset;
    }

    long address(long element) {
        return offset + element * type.bytes();
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
            case FLOAT32 -> MemorySegment.copy(base, from, Lanes.ALL, scratch.tile(to) + 4L * start, 4L * count);
            case FLOAT64 -> MemorySegment.copy(base, DOUBLE, from, scratch.doubles(to), start, count);
            case INT32 -> MemorySegment.copy(base, INT, from, scratch.ints(to), start, count);
            case INT64 -> MemorySegment.copy(base, LONG, from, scratch.longs(to), start, count);
            case BFLOAT16 -> {
                MemorySegment.copy(base, SHORT, from, scratch.halves, 0, count);
                Conversions.fromBfloat16(scratch.halves, scratch.heap(), count);
                scratch.fromHeap(to, start, count);
            }
            case FLOAT16 -> {
                MemorySegment.copy(base, SHORT, from, scratch.halves, 0, count);
                Conversions.fromFloat16(scratch.halves, scratch.heap(), count);
                scratch.fromHeap(to, start, count);
            }
            case UINT8, BOOL -> {
                MemorySegment.copy(base, BYTE, from, scratch.bytes, 0, count);
                Conversions.fromBytes(scratch.bytes, scratch.ints(to), start, count);
            }
        }
    }

    private static void fill(Scratch scratch, Register to, int start, int count) {
        switch (to.kind) {
            case FLOAT -> {
                long tile = scratch.tile(to);
                FloatJoins.fill(tile + 4L * start, Lanes.one(tile, start), count);
            }
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
            case FLOAT32 -> {
                long made = scratch.floats(from) + 4L * start;
                if (!isNative || made != to) {
                    MemorySegment.copy(Lanes.ALL, made, base, to, 4L * count);
                }
            }
            case FLOAT64 -> MemorySegment.copy(scratch.doubles(from), start, base, DOUBLE, to, count);
            case INT32 -> MemorySegment.copy(scratch.ints(from), start, base, INT, to, count);
            case INT64 -> MemorySegment.copy(scratch.longs(from), start, base, LONG, to, count);
            case BFLOAT16 -> {
                Conversions.toBfloat16(scratch.onHeap(from, start + count), start, scratch.halves, count);
                MemorySegment.copy(scratch.halves, 0, base, SHORT, to, count);
            }
            case FLOAT16 -> {
                Conversions.toFloat16(scratch.onHeap(from, start + count), start, scratch.halves, count);
                MemorySegment.copy(scratch.halves, 0, base, SHORT, to, count);
            }
            case UINT8, BOOL -> {
                Conversions.toBytes(scratch.ints(from), start, scratch.bytes, count);
                MemorySegment.copy(scratch.bytes, 0, base, BYTE, to, count);
            }
        }
    }
}
