package org.borealis.backend.torch;

import org.borealis.tensor.DataType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Names of element types in libtorch. */
public final class Types {
    private Types() {}

    /** What libtorch calls this type. */
    public static ScalarType scalar(DataType type) {
        return switch (type) {
            case FLOAT64 -> ScalarType.Double;
            case FLOAT32 -> ScalarType.Float;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT16 -> ScalarType.Half;
            case INT64 -> ScalarType.Long;
            case INT32 -> ScalarType.Int;
            case UINT8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
        };
    }
}
