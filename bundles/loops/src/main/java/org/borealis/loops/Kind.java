package org.borealis.loops;

import org.borealis.tensor.DataType;

/** What a tile's elements are computed as: one Java array type each. */
enum Kind {
    /** FLOAT32, and the 16-bit floats, whose results are rounded after each operation. */
    FLOAT,
    DOUBLE,
    /** INT32, UINT8 as 0 to 255, BOOL as 0 or 1. */
    INT,
    LONG;

    static Kind of(DataType type) {
        return switch (type) {
            case FLOAT32, BFLOAT16, FLOAT16 -> FLOAT;
            case FLOAT64 -> DOUBLE;
            case INT32, UINT8, BOOL -> INT;
            case INT64 -> LONG;
        };
    }
}
