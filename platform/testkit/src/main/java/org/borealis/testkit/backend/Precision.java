package org.borealis.testkit.backend;

import org.borealis.tensor.DataType;

/** How finely a float type is spaced. */
record Precision(int bits, int leastExponent, double greatest) {

    static Precision of(DataType type) {
        return switch (type) {
            case FLOAT64 -> new Precision(53, Double.MIN_EXPONENT, Double.MAX_VALUE);
            case FLOAT32 -> new Precision(24, Float.MIN_EXPONENT, Float.MAX_VALUE);
            case BFLOAT16 -> new Precision(8, Float.MIN_EXPONENT, 0x1.FEp127);
            case FLOAT16 -> new Precision(11, -14, 65504);
            case INT64, INT32, UINT8, BOOL -> throw new IllegalArgumentException(type + " is no float");
        };
    }

    /** Distance of neighbours at 1. */
    double epsilon() {
        return Math.scalb(1.0, 1 - bits);
    }

    /** Distance of neighbours at {@code x}. */
    double ulp(double x) {
        return Math.scalb(1.0, Math.max(Math.getExponent(x), leastExponent) - bits + 1);
    }

    double leastNormal() {
        return Math.scalb(1.0, leastExponent);
    }
}
