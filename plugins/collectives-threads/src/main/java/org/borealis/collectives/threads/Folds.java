package org.borealis.collectives.threads;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/** Joins memories element by element, in their order; sums of 16 bits are made in float32 and rounded once. */
final class Folds {
    private Folds() {}

    /** @param target may be one of the sources */
    static void fold(List<MemorySegment> sources, MemorySegment target, DataType type, Fold fold) {
        var from = sources.toArray(MemorySegment[]::new);
        boolean isSum = fold == Fold.SUM;
        switch (type) {
            case FLOAT64 -> float64(from, target, isSum);
            case FLOAT32 -> float32(from, target, isSum);
            case BFLOAT16 -> bfloat16(from, target, isSum);
            case FLOAT16 -> float16(from, target, isSum);
            case INT64 -> int64(from, target, isSum);
            case INT32 -> int32(from, target, isSum);
            case UINT8, BOOL -> uint8(from, target, isSum);
        }
    }

    private static void float64(MemorySegment[] from, MemorySegment target, boolean isSum) {
        for (long at = 0; at < target.byteSize(); at += Double.BYTES) {
            double value = from[0].get(JAVA_DOUBLE_UNALIGNED, at);
            for (int i = 1; i < from.length; i++) {
                double next = from[i].get(JAVA_DOUBLE_UNALIGNED, at);
                value = isSum ? value + next : Math.max(value, next);
            }
            target.set(JAVA_DOUBLE_UNALIGNED, at, value);
        }
    }

    private static void float32(MemorySegment[] from, MemorySegment target, boolean isSum) {
        for (long at = 0; at < target.byteSize(); at += Float.BYTES) {
            float value = from[0].get(JAVA_FLOAT_UNALIGNED, at);
            for (int i = 1; i < from.length; i++) {
                float next = from[i].get(JAVA_FLOAT_UNALIGNED, at);
                value = isSum ? value + next : Math.max(value, next);
            }
            target.set(JAVA_FLOAT_UNALIGNED, at, value);
        }
    }

    private static void bfloat16(MemorySegment[] from, MemorySegment target, boolean isSum) {
        for (long at = 0; at < target.byteSize(); at += Short.BYTES) {
            float value = wide(from[0].get(JAVA_SHORT_UNALIGNED, at));
            for (int i = 1; i < from.length; i++) {
                float next = wide(from[i].get(JAVA_SHORT_UNALIGNED, at));
                value = isSum ? value + next : Math.max(value, next);
            }
            target.set(JAVA_SHORT_UNALIGNED, at, narrow(value));
        }
    }

    private static float wide(short bfloat16) {
        return Float.intBitsToFloat(bfloat16 << 16);
    }

    /** Rounds to nearest even; NaN stays NaN. */
    private static short narrow(float value) {
        int bits = Float.floatToIntBits(value);
        return (short) ((Float.isNaN(value) ? bits : bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    private static void float16(MemorySegment[] from, MemorySegment target, boolean isSum) {
        for (long at = 0; at < target.byteSize(); at += Short.BYTES) {
            float value = Float.float16ToFloat(from[0].get(JAVA_SHORT_UNALIGNED, at));
            for (int i = 1; i < from.length; i++) {
                float next = Float.float16ToFloat(from[i].get(JAVA_SHORT_UNALIGNED, at));
                value = isSum ? value + next : Math.max(value, next);
            }
            target.set(JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(value));
        }
    }

    private static void int64(MemorySegment[] from, MemorySegment target, boolean isSum) {
        for (long at = 0; at < target.byteSize(); at += Long.BYTES) {
            long value = from[0].get(JAVA_LONG_UNALIGNED, at);
            for (int i = 1; i < from.length; i++) {
                long next = from[i].get(JAVA_LONG_UNALIGNED, at);
                value = isSum ? value + next : Math.max(value, next);
            }
            target.set(JAVA_LONG_UNALIGNED, at, value);
        }
    }

    private static void int32(MemorySegment[] from, MemorySegment target, boolean isSum) {
        for (long at = 0; at < target.byteSize(); at += Integer.BYTES) {
            int value = from[0].get(JAVA_INT_UNALIGNED, at);
            for (int i = 1; i < from.length; i++) {
                int next = from[i].get(JAVA_INT_UNALIGNED, at);
                value = isSum ? value + next : Math.max(value, next);
            }
            target.set(JAVA_INT_UNALIGNED, at, value);
        }
    }

    private static void uint8(MemorySegment[] from, MemorySegment target, boolean isSum) {
        for (long at = 0; at < target.byteSize(); at++) {
            int value = from[0].get(JAVA_BYTE, at) & 0xFF;
            for (int i = 1; i < from.length; i++) {
                int next = from[i].get(JAVA_BYTE, at) & 0xFF;
                value = isSum ? value + next : Math.max(value, next);
            }
            target.set(JAVA_BYTE, at, (byte) value);
        }
    }
}
