package org.borealis.backend.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.borealis.device.DeviceException;
import org.borealis.device.HeldBuffer;
import org.borealis.device.Slot;
import org.borealis.tensor.TensorType;

/**
 * The elements of a slot as an array to compute on, and back.
 *
 * <p>Floats of every width are computed on as doubles: one addition, multiplication, division or square root of float32 numbers done
 * in float64 and rounded to float32 is the float32 result, since 53 bits are more than 2 * 24 + 1 (Figueroa 1995).
 */
final class Elements {
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Elements() {}

    /** Number of elements, which has to fit into an array. */
    static int count(TensorType type) {
        long elements = type.shape().elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new DeviceException(
                    "unsupported", "reference: " + type + " has more elements than a Java array; use another backend");
        }
        return (int) elements;
    }

    /** Elements of a float type. */
    static double[] floats(Slot slot) {
        var memory = HeldBuffer.segment(slot);
        var values = new double[count(slot.type())];
        switch (slot.type().type()) {
            case FLOAT64 -> MemorySegment.copy(memory, DOUBLE, 0, values, 0, values.length);
            case FLOAT32 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = memory.get(FLOAT, 4L * i);
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(memory.get(SHORT, 2L * i) << 16);
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.float16ToFloat(memory.get(SHORT, 2L * i));
                }
            }
            case INT64, INT32, UINT8, BOOL -> throw new IllegalArgumentException(slot.type() + " is no float");
        }
        return values;
    }

    /** Stores floats, rounded to nearest even; to the 16-bit types by way of float32. */
    static void store(double[] values, Slot slot) {
        var memory = HeldBuffer.segment(slot);
        switch (slot.type().type()) {
            case FLOAT64 -> MemorySegment.copy(values, 0, memory, DOUBLE, 0, values.length);
            case FLOAT32 -> {
                for (int i = 0; i < values.length; i++) {
                    memory.set(FLOAT, 4L * i, (float) values[i]);
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < values.length; i++) {
                    memory.set(SHORT, 2L * i, bfloat16((float) values[i]));
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < values.length; i++) {
                    memory.set(SHORT, 2L * i, Float.floatToFloat16((float) values[i]));
                }
            }
            case INT64, INT32, UINT8, BOOL -> throw new IllegalArgumentException(slot.type() + " is no float");
        }
    }

    /** The upper half of a float, rounded to nearest, ties to even; NaN stays NaN. */
    static short bfloat16(float value) {
        int bits = Float.floatToIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        int half = 0x7FFF + (bits >>> 16 & 1);
        return (short) (bits + half >>> 16);
    }

    /** Elements of any type as words of 64 bits: integers and bool by value, floats by their bits. */
    static long[] words(Slot slot) {
        var memory = HeldBuffer.segment(slot);
        var values = new long[count(slot.type())];
        switch (slot.type().type().bytes()) {
            case 8 -> MemorySegment.copy(memory, LONG, 0, values, 0, values.length);
            case 4 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = memory.get(INT, 4L * i);
                }
            }
            case 2 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = memory.get(SHORT, 2L * i);
                }
            }
            default -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = memory.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
                }
            }
        }
        return values;
    }

    /** Stores words; integers wrap. */
    static void store(long[] values, Slot slot) {
        var memory = HeldBuffer.segment(slot);
        switch (slot.type().type().bytes()) {
            case 8 -> MemorySegment.copy(values, 0, memory, LONG, 0, values.length);
            case 4 -> {
                for (int i = 0; i < values.length; i++) {
                    memory.set(INT, 4L * i, (int) values[i]);
                }
            }
            case 2 -> {
                for (int i = 0; i < values.length; i++) {
                    memory.set(SHORT, 2L * i, (short) values[i]);
                }
            }
            default -> {
                for (int i = 0; i < values.length; i++) {
                    memory.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
                }
            }
        }
    }
}
