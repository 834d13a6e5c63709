package org.borealis.format.huggingface;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;

/**
 * Widens and transposes elements into memory that lives as long as somebody holds it. A loop for each type, so that each compiles
 * to straight code: a shared one that calls a function an element is several times slower.
 */
final class Conversion {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Rows and columns of a tile of a transposition: two of them fit the first-level cache. */
    private static final int TILE = 32;

    private Conversion() {}

    /** FLOAT16 and BFLOAT16 as FLOAT32; wider floats as they are. */
    static MemorySegment widen(MemorySegment elements, DataType type) {
        return switch (type) {
            case FLOAT64, FLOAT32 -> elements;
            case FLOAT16 -> {
                var wide = allocate(elements.byteSize() * 2);
                for (long i = 0; i < elements.byteSize(); i += 2) {
                    wide.set(FLOAT, i * 2, Float.float16ToFloat(elements.get(SHORT, i)));
                }
                yield wide;
            }
            case BFLOAT16 -> {
                var wide = allocate(elements.byteSize() * 2);
                for (long i = 0; i < elements.byteSize(); i += 2) {
                    wide.set(FLOAT, i * 2, Float.intBitsToFloat(elements.get(SHORT, i) << 16));
                }
                yield wide;
            }
            case INT64, INT32, UINT8, BOOL -> throw new IllegalArgumentException("no float type: " + type);
        };
    }

    /** Transposes a matrix of FLOAT32 or FLOAT64. */
    static MemorySegment transpose(MemorySegment elements, DataType type, Shape shape) {
        var result = allocate(elements.byteSize());
        int rows = shape.dim(0);
        int columns = shape.dim(1);
        for (int top = 0; top < rows; top += TILE) {
            for (int left = 0; left < columns; left += TILE) {
                int bottom = Math.min(top + TILE, rows);
                int right = Math.min(left + TILE, columns);
                for (int row = top; row < bottom; row++) {
                    if (type == DataType.FLOAT64) {
                        for (long column = left; column < right; column++) {
                            double value = elements.get(DOUBLE, (row * (long) columns + column) * 8);
                            result.set(DOUBLE, (column * rows + row) * 8, value);
                        }
                    } else {
                        for (long column = left; column < right; column++) {
                            float value = elements.get(FLOAT, (row * (long) columns + column) * 4);
                            result.set(FLOAT, (column * rows + row) * 4, value);
                        }
                    }
                }
            }
        }
        return result;
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, 64);
    }
}
