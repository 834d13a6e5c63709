package org.borealis.loops;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.testkit.HostTensor;

/** Compares results, in units of the last place of what was wanted, or of the greatest of all. */
final class Closeness {
    private Closeness() {}

    /** @param ulps allowed at each element; zeros of either sign are equal, and so are all NaNs */
    static void requireUlps(String what, List<HostTensor> got, List<HostTensor> want, double ulps) {
        for (int o = 0; o < want.size(); o++) {
            for (int i = 0; i < want.get(o).count(); i++) {
                double a = got.get(o).get(i);
                double b = want.get(o).get(i);
                if (off(want.get(o).type().type(), a, b, b) > ulps) {
                    fail(what + ": output " + o + " element " + i + " is " + a + ", wanted " + b + " of "
                            + want.get(o).type());
                }
            }
        }
    }

    /** @param ulps allowed, of the greatest absolute value of each output */
    static void requireScaled(String what, List<HostTensor> got, List<HostTensor> want, double ulps) {
        for (int o = 0; o < want.size(); o++) {
            double scale = 0;
            for (double value : want.get(o).values()) {
                scale = Double.isFinite(value) ? Math.max(scale, Math.abs(value)) : scale;
            }
            for (int i = 0; i < want.get(o).count(); i++) {
                double a = got.get(o).get(i);
                double b = want.get(o).get(i);
                if (off(want.get(o).type().type(), a, b, scale) > ulps) {
                    fail(what + ": output " + o + " element " + i + " is " + a + ", wanted " + b + " of "
                            + want.get(o).type() + ", where the greatest is " + scale);
                }
            }
        }
    }

    private static double off(DataType type, double got, double want, double scale) {
        if (got == want || Double.isNaN(got) && Double.isNaN(want)) {
            return 0;
        }
        if (!type.isFloat() || !Double.isFinite(got) || !Double.isFinite(want)) {
            return Double.POSITIVE_INFINITY;
        }
        int digits = switch (type) {
            case FLOAT64 -> 52;
            case FLOAT32 -> 23;
            case BFLOAT16 -> 7;
            case FLOAT16 -> 10;
            default -> 0;
        };
        double unit = Math.max(least(type), Math.scalb(1.0, Math.getExponent(scale) - digits));
        return Math.abs(got - want) / unit;
    }

    private static double least(DataType type) {
        return switch (type) {
            case FLOAT64 -> Double.MIN_VALUE;
            case FLOAT32 -> Float.MIN_VALUE;
            case BFLOAT16 -> 0x1p-133;
            case FLOAT16 -> 0x1p-24;
            default -> 1;
        };
    }
}
