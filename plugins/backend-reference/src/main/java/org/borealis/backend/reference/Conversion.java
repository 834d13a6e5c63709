package org.borealis.backend.reference;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;

/** Elements of one type made elements of another. Floats too large for an integer become its largest; NaN becomes 0. */
final class Conversion {
    private Conversion() {}

    static Kernel kernel(Slot in, Slot out) {
        boolean fromFloat = in.type().type().isFloat();
        if (out.type().type().isFloat()) {
            return fromFloat
                    ? () -> Elements.store(Elements.floats(in), out)
                    : () -> Elements.store(
                            widened(Elements.words(in), out.type().type()), out);
        }
        if (fromFloat) {
            return () -> {
                var values = Elements.floats(in);
                store(i -> values[i], out);
            };
        }
        return () -> {
            var values = Elements.words(in);
            if (out.type().type() == DataType.BOOL) {
                Arrays.setAll(values, i -> values[i] == 0 ? 0 : 1);
            }
            Elements.store(values, out);
        };
    }

    /** Rounded once, to what will be stored or to float32: an int64 by way of float64 to float32 would be rounded twice. */
    private static double[] widened(long[] values, DataType to) {
        var wide = new double[values.length];
        Arrays.setAll(wide, i -> to == DataType.FLOAT64 ? (double) values[i] : (float) values[i]);
        return wide;
    }

    /** Stores numbers as the slot's type. */
    static void store(IntToDoubleFunction value, Slot out) {
        int count = Elements.count(out.type());
        switch (out.type().type()) {
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> {
                var values = new double[count];
                Arrays.setAll(values, value);
                Elements.store(values, out);
            }
            case INT64, INT32, UINT8, BOOL -> {
                var values = new long[count];
                Arrays.setAll(
                        values, i -> integer(value.applyAsDouble(i), out.type().type()));
                Elements.store(values, out);
            }
        }
    }

    private static long integer(double value, DataType type) {
        return switch (type) {
            case INT64 -> (long) value;
            case INT32 -> (int) value;
            case UINT8 -> Math.clamp((long) value, 0, 255);
            case BOOL -> value == 0 ? 0 : 1;
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> throw new IllegalArgumentException(type + " is no integer");
        };
    }
}
