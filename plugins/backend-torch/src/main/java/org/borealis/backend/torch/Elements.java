package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.borealis.tensor.DataType;

/** Single numbers in memory, for the little that is done outside libtorch. */
final class Elements {
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Elements() {}

    /** A float of any type. */
    static double read(MemorySegment memory, DataType type, long index) {
        return switch (type) {
            case FLOAT64 -> memory.getAtIndex(DOUBLE, index);
            case FLOAT32 -> memory.getAtIndex(FLOAT, index);
            case FLOAT16 -> Float.float16ToFloat(memory.getAtIndex(SHORT, index));
            case BFLOAT16 -> Float.intBitsToFloat(memory.getAtIndex(SHORT, index) << 16);
            case INT64, INT32, UINT8, BOOL -> throw new IllegalArgumentException("no float: " + type);
        };
    }

    /** Writes a FLOAT64 or FLOAT32. */
    static void write(MemorySegment memory, DataType type, long index, double value) {
        if (type == DataType.FLOAT64) {
            memory.setAtIndex(DOUBLE, index, value);
        } else {
            memory.setAtIndex(FLOAT, index, (float) value);
        }
    }
}
