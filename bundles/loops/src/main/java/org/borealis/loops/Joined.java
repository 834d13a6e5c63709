package org.borealis.loops;

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
        part = new Object[parts];
        for (int p = 0; p < parts; p++) {
            part[p] = array();
        }
        result = array();
        memory.place(
                switch (result) {
                    case float[] floats -> MemorySegment.ofArray(floats);
                    case double[] doubles -> MemorySegment.ofArray(doubles);
                    case int[] ints -> MemorySegment.ofArray(ints);
                    case long[] longs -> MemorySegment.ofArray(longs);
                    default -> throw new IllegalStateException();
                });
    }

    private Object array() {
        return switch (kind) {
            case FLOAT -> new float[length];
            case DOUBLE -> new double[length];
            case INT -> new int[length];
            case LONG -> new long[length];
        };
    }

    Object part(int index) {
        return part[index];
    }

    void finish(Bits bits) {
        Joining.clear(fold, kind, result, 0, length);
        for (int p = 0; p < parts; p++) {
            Joining.accumulate(fold, kind, result, 0, part[p], 0, length);
        }
        if (result instanceof float[] floats && type == DataType.FLOAT16) {
            Conversions.roundFloat16(floats, length);
        } else if (result instanceof float[] floats && type == DataType.BFLOAT16) {
            Conversions.roundBfloat16(floats, length, bits);
        } else if (result instanceof int[] ints && type == DataType.UINT8) {
            Conversions.wrapToByte(ints, length);
        }
    }
}
