package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.Settings;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.Test;

class BatchRampTest {
    private static BatchRamp ramp(Map<String, Object> settings) {
        var all = new HashMap<String, Object>(Map.of("batch.sequences", 32, "batch.micro", 4));
        all.putAll(settings);
        return BatchRamp.of(Settings.of(RunSettings.class, all), Ranks.ALONE);
    }

    /** A run that has made so many steps, with that noise scale, the last of that many sequences. */
    private static Progress after(int step, double noise, int sequences) {
        var before = Progress.NONE.with(new NoiseScale(noise > 0 ? 1 : -1, noise));
        for (int i = 0; i < step; i++) {
            before = before.next(true, false, sequences, sequences, 0);
        }
        return before;
    }

    @Test
    void withoutARampAllStepsAreAlike() {
        assertEquals(32, ramp(Map.of()).next(Progress.NONE));
        assertEquals(8, ramp(Map.of()).fewest());
    }

    @Test
    void byStepsTheBatchGrowsInWholeMicroBatches() {
        var ramp = ramp(Map.of("batch.ramp", "steps", "batch.start", 8, "batch.rampSteps", 10L));
        assertEquals(2, ramp.fewest());
        assertEquals(8, ramp.next(Progress.NONE));
        assertEquals(8, ramp.next(after(1, 0, 8)), "10.4 sequences are two micro-batches");
        assertEquals(12, ramp.next(after(2, 0, 8)));
        assertEquals(28, ramp.next(after(9, 0, 8)));
        assertEquals(32, ramp.next(after(10, 0, 8)));
        assertEquals(32, ramp.next(after(1000, 0, 32)));
    }

    @Test
    void byNoiseTheBatchFollowsTheNoiseScaleAndDoesNotShrink() {
        var ramp = ramp(Map.of("batch.ramp", "noise"));
        assertEquals(8, ramp.next(Progress.NONE), "two micro-batches, to measure between them");
        assertEquals(8, ramp.next(after(1, 3, 8)));
        assertEquals(20, ramp.next(after(1, 22.5, 8)));
        assertEquals(20, ramp.next(after(1, 10, 20)));
        assertEquals(20, ramp.next(after(1, 0, 20)), "estimates of few steps may be negative");
        assertEquals(32, ramp.next(after(1, 1e9, 8)));
    }

    @Test
    void settingsThatContradictEachOtherAreRefused() {
        assertRefused(Map.of("batch.start", 8), "batch.start", "a ramp is wanted with it");
        assertRefused(Map.of("batch.ramp", "steps"), "batch.rampSteps", "is wanted with batch.ramp steps; got 0");
        for (int start : new int[] {6, 36}) {
            assertRefused(
                    Map.of("batch.ramp", "steps", "batch.rampSteps", 10L, "batch.start", start),
                    "a multiple of 4 sequences, which run at once, from 4 to batch.sequences 32 is wanted; got "
                            + start);
        }
        assertRefused(
                Map.of("batch.ramp", "noise", "batch.start", 4),
                "from 8 to batch.sequences 32 is wanted (noise is measured between at least two batches); got 4");
        assertRefused(Map.of("batch.ramp", "noise", "batch.micro", 0), "from 64 to batch.sequences 32");
    }

    @Test
    void aRampByNoiseThatNobodyMeasuresIsRefused() {
        ramp(Map.of()).requireMeasured(OptionalDouble.empty());
        var ramp = ramp(Map.of("batch.ramp", "noise"));
        ramp.requireMeasured(OptionalDouble.of(1));
        var refused = assertThrows(BorealisException.class, () -> ramp.requireMeasured(OptionalDouble.empty()));
        assertTrue(String.valueOf(refused.getMessage()).contains("take batch.ramp steps"), refused.getMessage());
    }

    private static void assertRefused(Map<String, Object> settings, String... words) {
        var refused = assertThrows(BorealisException.class, () -> ramp(settings));
        for (var word : words) {
            assertTrue(String.valueOf(refused.getMessage()).contains(word), refused.getMessage());
        }
    }
}
