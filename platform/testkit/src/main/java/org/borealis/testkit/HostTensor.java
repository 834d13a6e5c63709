package org.borealis.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/** A tensor on the host: dense, row-major, little-endian. */
@ProviderType
public record HostTensor(TensorType type, MemorySegment elements) {
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** A tensor of zeros. */
    public HostTensor(TensorType type) {
        this(type, MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]));
    }

    /** Numbers rounded to the type; one for all elements, or all of them. */
    public static HostTensor of(TensorType type, double... values) {
        return fill(type, i -> values[values.length == 1 ? 0 : i]);
    }

    /** Numbers by their index, rounded to the type. */
    public static HostTensor fill(TensorType type, IntToDoubleFunction value) {
        var tensor = new HostTensor(type);
        for (int i = 0, count = tensor.count(); i < count; i++) {
            tensor.set(i, value.applyAsDouble(i));
        }
        return tensor;
    }

    /** Integers, which wrap; exact also where a double is not. */
    public static HostTensor ofIntegers(TensorType type, long... values) {
        var tensor = new HostTensor(type);
        for (int i = 0, count = tensor.count(); i < count; i++) {
            tensor.setInteger(i, values[values.length == 1 ? 0 : i]);
        }
        return tensor;
    }

    /** What a slot holds. */
    public static HostTensor read(Device device, Slot slot) {
        var tensor = new HostTensor(slot.type());
        device.read(slot, tensor.elements);
        return tensor;
    }

    /** Copies this to a device, into memory of its own. */
    public Slot to(Device device) {
        var slot = Slot.allocate(device, type);
        write(device, slot);
        return slot;
    }

    /** Copies this to a slot of its type. */
    public void write(Device device, Slot slot) {
        device.write(slot, elements);
    }

    /** Copies this to a device, as a tensor to compute with. */
    public Tensor to(Device device, Eager eager) {
        var tensor = eager.tensor(type);
        write(device, eager.slot(tensor));
        return tensor;
    }

    /** Number of elements. */
    public int count() {
        return Math.toIntExact(type.shape().elements());
    }

    /** All elements as doubles. */
    public double[] values() {
        var values = new double[count()];
        Arrays.setAll(values, this::get);
        return values;
    }

    /** All elements, bit for bit. */
    public byte[] bytes() {
        return elements.toArray(ValueLayout.JAVA_BYTE);
    }

    /** The same numbers, rounded to another type. */
    public HostTensor as(DataType other) {
        return type.type() == other ? this : fill(type.as(other), this::get);
    }

    /** One element. */
    public double get(int i) {
        return switch (type.type()) {
            case FLOAT64 -> elements.get(DOUBLE, 8L * i);
            case FLOAT32 -> elements.get(FLOAT, 4L * i);
            case BFLOAT16 -> Float.intBitsToFloat(elements.get(SHORT, 2L * i) << 16);
            case FLOAT16 -> Float.float16ToFloat(elements.get(SHORT, 2L * i));
            case INT64 -> elements.get(LONG, 8L * i);
            case INT32 -> elements.get(INT, 4L * i);
            case UINT8, BOOL -> elements.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
        };
    }

    private void set(int i, double value) {
        switch (type.type()) {
            case FLOAT64 -> elements.set(DOUBLE, 8L * i, value);
            case FLOAT32 -> elements.set(FLOAT, 4L * i, (float) value);
            case BFLOAT16 -> elements.set(SHORT, 2L * i, bfloat16((float) value));
            case FLOAT16 -> elements.set(SHORT, 2L * i, Float.floatToFloat16((float) value));
            case INT64, INT32, UINT8, BOOL -> setInteger(i, (long) value);
        }
    }

    private void setInteger(int i, long value) {
        switch (type.type().bytes()) {
            case 8 -> elements.set(LONG, 8L * i, value);
            case 4 -> elements.set(INT, 4L * i, (int) value);
            default -> elements.set(ValueLayout.JAVA_BYTE, i, (byte) value);
        }
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToIntBits(value);
        boolean isUp = (bits & 0xFFFF) > 0x8000
                || (bits & 0x1FFFF) == 0x18000; // past the middle, or there with an odd neighbour
        return (short) ((bits >> 16) + (isUp && !Float.isNaN(value) ? 1 : 0));
    }

    @Override
    public String toString() {
        return type + " " + Arrays.toString(Arrays.copyOf(values(), Math.min(count(), 8))) + (count() > 8 ? " .." : "");
    }
}
