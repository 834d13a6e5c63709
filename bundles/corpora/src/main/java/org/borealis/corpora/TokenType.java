package org.borealis.corpora;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.borealis.tensor.BorealisException;

/** How a .bin file holds a token. */
enum TokenType {
    UINT8(1, 1),
    INT8(2, 1),
    INT16(3, 2),
    INT32(4, 4),
    INT64(5, 8),
    FLOAT64(6, 8),
    FLOAT32(7, 4),
    UINT16(8, 2);

    private static final int SMALL_VOCABULARY = 65500; // Megatron's best_fitting_dtype
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Code in the header of the .idx file. */
    final int code;

    final int bytes;

    TokenType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    static Optional<TokenType> of(int code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }

    static TokenType ofVocabulary(int size) {
        return size < SMALL_VOCABULARY ? UINT16 : INT32;
    }

    /** Copies tokens; {@code from} counts tokens. One loop a type: this is what feeds a run. */
    void read(MemorySegment tokens, long from, int[] target, int offset, int length) {
        long at = from * bytes;
        switch (this) {
            case UINT16 -> {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = Short.toUnsignedInt(tokens.get(SHORT, at + 2L * i));
                }
            }
            case INT32 -> MemorySegment.copy(tokens, INT, at, target, offset, length);
            default -> {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = one(tokens, at + (long) bytes * i);
                }
            }
        }
    }

    private int one(MemorySegment tokens, long at) {
        return switch (this) {
            case UINT8 -> Byte.toUnsignedInt(tokens.get(ValueLayout.JAVA_BYTE, at));
            case INT8 -> tokens.get(ValueLayout.JAVA_BYTE, at);
            case INT16 -> tokens.get(SHORT, at);
            case UINT16 -> Short.toUnsignedInt(tokens.get(SHORT, at));
            case INT32 -> tokens.get(INT, at);
            case INT64 -> whole(tokens.get(LONG, at), at);
            case FLOAT32 -> whole(tokens.get(FLOAT, at), at);
            case FLOAT64 -> whole(tokens.get(DOUBLE, at), at);
        };
    }

    private static int whole(double value, long at) {
        if ((int) value != value) {
            throw new BorealisException(
                    "corpus-token",
                    "the corpus holds " + value + " at byte " + at + " of its .bin file, which is no token id");
        }
        return (int) value;
    }
}
