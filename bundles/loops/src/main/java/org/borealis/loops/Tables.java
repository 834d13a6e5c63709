package org.borealis.loops;

import java.lang.foreign.MemorySegment;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Constant;

/** Numbers known beforehand, as elements of a type. */
final class Tables {
    private Tables() {}

    /** All values of a constant, in memory as they are computed with. */
    static Memory of(Constant constant) {
        var type = constant.type().type();
        var values = constant.values();
        int n = values.size();
        var one = new Register(Kind.of(type), Register.Reach.ONE);
        var floats = new float[one.kind == Kind.FLOAT ? n : 0];
        var doubles = new double[one.kind == Kind.DOUBLE ? n : 0];
        var ints = new int[one.kind == Kind.INT ? n : 0];
        var longs = new long[one.kind == Kind.LONG ? n : 0];
        for (int i = 0; i < n; i++) {
            set(one, type, values.get(i));
            switch (one.kind) {
                case FLOAT -> floats[i] = one.floatOne;
                case DOUBLE -> doubles[i] = one.doubleOne;
                case INT -> ints[i] = one.intOne;
                case LONG -> longs[i] = one.longOne;
            }
        }
        return switch (one.kind) {
            case FLOAT -> memory(DataType.FLOAT32, MemorySegment.ofArray(floats));
            case DOUBLE -> memory(DataType.FLOAT64, MemorySegment.ofArray(doubles));
            case INT -> memory(DataType.INT32, MemorySegment.ofArray(ints));
            case LONG -> memory(DataType.INT64, MemorySegment.ofArray(longs));
        };
    }

    private static Memory memory(DataType type, MemorySegment segment) {
        var memory = new Memory(type);
        memory.place(segment);
        return memory;
    }

    /** Sets a number, rounded as a conversion from float64 rounds. */
    static void set(Register one, DataType type, double value) {
        switch (type) {
            case FLOAT64 -> one.doubleOne = value;
            case FLOAT32 -> one.floatOne = (float) value;
            case FLOAT16 -> one.floatOne = Float.float16ToFloat(Float.floatToFloat16((float) value));
            case BFLOAT16 -> one.floatOne = Conversions.roundBfloat16((float) value);
            case INT64 -> one.longOne = (long) value;
            case INT32 -> one.intOne = (int) value;
            case UINT8 -> one.intOne = Math.clamp((long) value, 0, 255);
            case BOOL -> one.intOne = value == 0 ? 0 : 1;
        }
    }
}
