package org.borealis.checkpoint.safetensors;

import java.util.Map;
import java.util.Optional;
import org.borealis.tensor.DataType;

/** Words for element types in the header of a safetensors file. */
final class Dtypes {
    private static final Map<String, DataType> KNOWN = Map.of(
            "F64", DataType.FLOAT64,
            "F32", DataType.FLOAT32,
            "BF16", DataType.BFLOAT16,
            "F16", DataType.FLOAT16,
            "I64", DataType.INT64,
            "I32", DataType.INT32,
            "U8", DataType.UINT8,
            "BOOL", DataType.BOOL);

    /** What the format has and Borealis has not: such a tensor may be in a file, but is not read. Bits of an element. */
    private static final Map<String, Integer> FOREIGN = Map.ofEntries(
            Map.entry("F4", 4),
            Map.entry("F6_E2M3", 6),
            Map.entry("F6_E3M2", 6),
            Map.entry("I8", 8),
            Map.entry("F8_E5M2", 8),
            Map.entry("F8_E4M3", 8),
            Map.entry("F8_E8M0", 8),
            Map.entry("F8_E4M3FNUZ", 8),
            Map.entry("F8_E5M2FNUZ", 8),
            Map.entry("I16", 16),
            Map.entry("U16", 16),
            Map.entry("U32", 32),
            Map.entry("U64", 64),
            Map.entry("C64", 64));

    private Dtypes() {}

    static Optional<DataType> type(String dtype) {
        return Optional.ofNullable(KNOWN.get(dtype));
    }

    /** Bits of an element; empty for a word that is not of the format. */
    static Optional<Integer> bits(String dtype) {
        return type(dtype).map(type -> type.bytes() * 8).or(() -> Optional.ofNullable(FOREIGN.get(dtype)));
    }

    static String word(DataType type) {
        return switch (type) {
            case FLOAT64 -> "F64";
            case FLOAT32 -> "F32";
            case BFLOAT16 -> "BF16";
            case FLOAT16 -> "F16";
            case INT64 -> "I64";
            case INT32 -> "I32";
            case UINT8 -> "U8";
            case BOOL -> "BOOL";
        };
    }
}
