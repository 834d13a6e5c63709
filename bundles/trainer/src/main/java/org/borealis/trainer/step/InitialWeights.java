package org.borealis.trainer.step;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.borealis.model.Parameter;
import org.borealis.model.Parameter.Initial;
import org.borealis.tensor.Philox;

/**
 * First values of parameters: a pure function of the run's seed, the parameter's name and the element's index, so that no backend, no
 * mesh and no order of creation changes them.
 */
public final class InitialWeights {
    /** Elements that one task draws; even. */
    private static final int RANGE = 1 << 14;

    private InitialWeights() {}

    /**
     * Writes the values of the elements from {@code first} on.
     *
     * @param first an even number
     */
    public static void fill(Parameter parameter, long seed, long first, double[] values) {
        switch (parameter.initial()) {
            case Initial.Fill fill -> Arrays.fill(values, fill.value());
            case Initial.Normal normal -> {
                normals(StreamKey.of(seed, parameter.name()), first, values);
                for (int i = 0; i < values.length; i++) {
                    values[i] = normal.mean() + normal.deviation() * values[i];
                }
            }
        }
    }

    private static void normals(long key, long first, double[] values) {
        IntStream.range(0, (values.length + RANGE - 1) / RANGE)
                .parallel()
                .forEach(range ->
                        normals(key, first, values, range * RANGE, Math.min(values.length, (range + 1) * RANGE)));
    }

    /** Box and Muller (1958): block i gives the elements 2i and 2i + 1. StrictMath, because Math may differ between machines. */
    private static void normals(long key, long first, double[] values, int from, int to) {
        var words = new int[4];
        for (int i = from; i < to; i += 2) {
            Philox.block(key, (first + i) / 2, 0, words);
            double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - Philox.uniform(words[0], words[1])));
            double angle = 2 * Math.PI * Philox.uniform(words[2], words[3]);
            values[i] = radius * StrictMath.cos(angle);
            if (i + 1 < to) {
                values[i + 1] = radius * StrictMath.sin(angle);
            }
        }
    }
}
