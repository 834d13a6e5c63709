package org.borealis.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.osgi.annotation.versioning.ProviderType;

/** How one element of a tensor is stored; always little-endian in memory and in files. */
@ProviderType
public enum DataType {
    FLOAT64("f64", 8),
    FLOAT32("f32", 4),
    BFLOAT16("bf16", 2),
    FLOAT16("f16", 2),
    INT64("i64", 8),
    INT32("i32", 4),
    UINT8("u8", 1),
    /** One byte an element, 0 or 1. */
    BOOL("bool", 1);

    private final String label;
    private final int bytes;

    DataType(String label, int bytes) {
        this.label = label;
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Short name in printed programs, such as {@code f32}. */
    public String label() {
        return label;
    }

    /** Whether values have a fraction, and so a gradient. */
    public boolean isFloat() {
        return this == FLOAT64 || this == FLOAT32 || this == BFLOAT16 || this == FLOAT16;
    }

    /** The type that sums of this type are kept in: never narrower than float32 for a float. */
    public DataType accumulator() {
        return this == BFLOAT16 || this == FLOAT16 ? FLOAT32 : this;
    }

    /** The type of a recipe's word, such as {@code float32}. */
    public static DataType of(String word) {
        for (var type : values()) {
            if (type.name().equalsIgnoreCase(word)) {
                return type;
            }
        }
        throw new BorealisException(
                "data-type",
                "unknown data type '" + word + "'; known are "
                        + Arrays.stream(values())
                                .map(t -> t.name().toLowerCase(java.util.Locale.ROOT))
                                .collect(Collectors.joining(", ")));
    }
}
