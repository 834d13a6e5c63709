package org.borealis.trainer.step;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;

/** Elements on the host, little-endian, as numbers. */
public final class HostMemory {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private HostMemory() {}

    /** Reads {@code values.length} floats of any float type, from element {@code first} on. */
    public static void read(MemorySegment elements, DataType type, long first, double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = read(elements, type, first + i);
        }
    }

    /** Reads one element of a float type. */
    public static double read(MemorySegment elements, DataType type, long index) {
        return switch (type) {
            case FLOAT64 -> elements.getAtIndex(DOUBLE, index);
            case FLOAT32 -> elements.getAtIndex(FLOAT, index);
            case FLOAT16 -> Float.float16ToFloat(elements.getAtIndex(SHORT, index));
            case BFLOAT16 -> Float.intBitsToFloat(elements.getAtIndex(SHORT, index) << 16);
            case INT64, INT32, UINT8, BOOL -> throw noFloat(type);
        };
    }

    /**
     * Writes numbers as any float type, as 16 bits what the FLOAT32 of the number is rounded to, or as UINT8, which an optimizer may
     * remember.
     */
    public static void write(MemorySegment elements, DataType type, double[] values) {
        for (int i = 0; i < values.length; i++) {
            switch (type) {
                case FLOAT64 -> elements.setAtIndex(DOUBLE, i, values[i]);
                case FLOAT32 -> elements.setAtIndex(FLOAT, i, (float) values[i]);
                case UINT8 -> elements.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
                case FLOAT16 -> elements.setAtIndex(SHORT, i, Float.floatToFloat16((float) values[i]));
                case BFLOAT16 -> elements.setAtIndex(SHORT, i, bfloat16((float) values[i]));
                case INT64, INT32, BOOL -> throw noFloat(type);
            }
        }
    }

    /** To the nearest, of two the even one, as devices convert. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((Float.isNaN(value) ? bits | 0x400000 : bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
    }

    /** Writes INT32 elements. */
    public static void write(MemorySegment elements, int[] values) {
        MemorySegment.copy(values, 0, elements, INT, 0, values.length);
    }

    private static BorealisException noFloat(DataType type) {
        return new BorealisException("data-type", "a float type is wanted for numbers, got " + type.label());
    }
}
