package org.borealis.loops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/** Numbers joined across tasks: each part by itself, then the parts in their order, so that threads do not matter. */
final class Joined {
    private final Fold fold;
    private final DataType type;
    private final Kind kind;
    private final int parts;
    private final int length;
    private MemorySegment floats = MemorySegment.NULL;
    private Object[] part = {};
    private Object result = new Object[0];
    /** The result, for sweeps to read. */
    final Memory memory;

    Joined(Fold fold, DataType type, int parts, int length) {
        this.fold = fold;
        this.type = type;
        this.kind = Kind.of(type);
        this.parts = parts;
        this.length = length;
        this.memory = new Memory(
                switch (kind) {
                    case FLOAT -> DataType.FLOAT32;
                    case DOUBLE -> DataType.FLOAT64;
                    case INT -> DataType.INT32;
                    case LONG -> DataType.INT64;
                });
    }

    void allocate() {
        if (kind == Kind.FLOAT) {
            floats = Arena.ofAuto().allocate((parts + 1) * rowBytes() + Lanes.SPARE_BYTES, 64);
            memory.place(floats.asSlice(parts * rowBytes(), 4L * length));
            return;
        }
        part = new Object[parts];
        for (int p = 0; p < parts; p++) {
            part[p] = array();
        }
        result = array();
        memory.place(
                switch (result) {
                    case double[] doubles -> MemorySegment.ofArray(doubles);
                    case int[] ints -> MemorySegment.ofArray(ints);
                    case long[] longs -> MemorySegment.ofArray(longs);
                    default -> throw new IllegalStateException();
                });
    }

    private Object array() {
        return switch (kind) {
            case FLOAT -> throw new IllegalStateException("not in an array");
            case DOUBLE -> new double[length];
            case INT -> new int[length];
            case LONG -> new long[length];
        };
    }

    private long rowBytes() {
        return (4L * length + 63) / 64 * 64;
    }

    /** A part, if it is not of float32. */
    Object part(int index) {
        return part[index];
    }

    /** Address of a part of float32; behind the last is the result. */
    long floats(int index) {
        return floats.address() + index * rowBytes();
    }

    void finish() {
        if (kind == Kind.FLOAT) {
            finishFloats();
            return;
        }
        Joining.clear(fold, kind, result, 0, length);
        for (int p = 0; p < parts; p++) {
            Joining.accumulate(fold, kind, result, 0, part[p], 0, length);
        }
        if (result instanceof int[] ints && type == DataType.UINT8) {
            Conversions.wrapToByte(ints, length);
        }
    }

    private void finishFloats() {
        long sum = floats(parts);
        FloatJoins.fill(sum, FloatJoins.identity(fold), length);
        for (int p = 0; p < parts; p++) {
            FloatJoins.accumulate(fold, sum, floats(p), length);
        }
        if (type == DataType.FLOAT16) {
            for (int i = 0; i < length; i++) {
                Lanes.putOne(Float.float16ToFloat(Float.floatToFloat16(Lanes.one(sum, i))), sum, i);
            }
        } else if (type == DataType.BFLOAT16) {
            FloatLoops.roundBfloat16(sum, length);
        }
    }
}
