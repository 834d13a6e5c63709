package org.borealis.testkit;

import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/** Inputs for tests: the same everywhere, without order, and without ties. */
@ProviderType
public final class Samples {
    private static final double TURN = 2 * Math.PI;

    private Samples() {}

    /** Floats between -2 and 2; integers between -50 and 50, or 0 and 100 without sign; true and false. */
    public static HostTensor of(TensorType type, int seed) {
        return switch (type.type()) {
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> HostTensor.fill(type, i -> 2 * wave(i, seed));
            case INT64, INT32 -> HostTensor.fill(type, i -> Math.rint(50 * wave(i, seed)));
            case UINT8 -> HostTensor.fill(type, i -> Math.rint(50 + 50 * wave(i, seed)));
            case BOOL -> HostTensor.fill(type, i -> wave(i, seed) > 0 ? 1 : 0);
        };
    }

    /** As {@link #of(TensorType, int)}. */
    public static HostTensor of(DataType type, int seed, int... sizes) {
        return of(TensorType.of(type, sizes), seed);
    }

    /** Numbers between 0.1 and 3, integers between 1 and 9. */
    public static HostTensor positive(TensorType type, int seed) {
        boolean isFloat = type.type().isFloat();
        return HostTensor.fill(
                type, i -> isFloat ? 0.1 + 2.9 * Math.abs(wave(i, seed)) : Math.rint(5 + 4 * wave(i, seed)));
    }

    /** INT32 between 0 and {@code rows} - 1. */
    public static HostTensor indices(int rows, int seed, int... sizes) {
        return HostTensor.fill(
                TensorType.of(DataType.INT32, sizes), i -> Math.floor(rows * 0.4999 * (1 + wave(i, seed))));
    }

    /** Between -1 and 1. Whole turns are taken off first, because the sine of a large angle takes several times as long. */
    private static double wave(int i, int seed) {
        return StrictMath.sin((0.7 * i * i + 1.9 * i + 0.37 + 5.1 * seed) % TURN);
    }
}
