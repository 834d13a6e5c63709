package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.borealis.model.Parameter;
import org.junit.jupiter.api.Test;

class PhiloxTest {

    @Test
    void blocksAreThoseOfTheAuthorsKnownAnswers() {
        // Random123 1.14, kat_vectors, philox4x32 10
        var words = new int[4];
        Philox.block(0, 0, 0, words);
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, words);
        Philox.block(-1, -1, -1, words);
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, words);
        Philox.block(0x299f31d0a4093822L, 0x85a308d3243f6a88L, 0x0370734413198a2eL, words);
        assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}, words);
    }

    @Test
    void uniformNumbersReachFromZeroToJustBelowOne() {
        assertEquals(0, Philox.uniform(0, 0));
        assertEquals(1 - 0x1.0p-53, Philox.uniform(-1, -1));
    }

    @Test
    void keysDependOnSeedAndName() {
        assertEquals(Philox.key(1, "a"), Philox.key(1, "a"));
        assertNotEquals(Philox.key(1, "a"), Philox.key(2, "a"));
        assertNotEquals(Philox.key(1, "a"), Philox.key(1, "b"));
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
