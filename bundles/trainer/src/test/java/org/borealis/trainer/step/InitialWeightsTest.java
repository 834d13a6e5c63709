package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.borealis.model.Parameter;
import org.junit.jupiter.api.Test;

class InitialWeightsTest {

    @Test
    void keysDependOnSeedAndName() {
        assertEquals(StreamKey.of(1, "a"), StreamKey.of(1, "a"));
        assertNotEquals(StreamKey.of(1, "a"), StreamKey.of(2, "a"));
        assertNotEquals(StreamKey.of(1, "a"), StreamKey.of(1, "b"));
    }

    @Test
    void initialWeightsHaveTheMomentsThatWereAskedFor() {
        var values = new double[200_001];
        InitialWeights.fill(Parameter.normal("layers.0.weight", 0.02, 200_001), 7, 0, values);
        double mean = java.util.Arrays.stream(values).average().orElseThrow();
        double variance =
                java.util.Arrays.stream(values).map(v -> v * v).average().orElseThrow();
        assertEquals(0, mean, 4 * 0.02 / Math.sqrt(values.length)); // four standard errors
        assertEquals(0.02, Math.sqrt(variance), 0.0002);
    }

    @Test
    void initialWeightsDoNotDependOnHowTheyAreCut() {
        var parameter = Parameter.normal("w", 1, 101);
        var whole = new double[101];
        InitialWeights.fill(parameter, 7, 0, whole);
        var part = new double[51];
        InitialWeights.fill(parameter, 7, 50, part);
        for (int i = 0; i < part.length; i++) {
            assertEquals(whole[50 + i], part[i]);
        }
    }
}
