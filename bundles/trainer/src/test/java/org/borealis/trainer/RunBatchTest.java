package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunBatchTest {
    @TempDir
    Path runs;

    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(runs);
    }

    private List<Double> values(String run, String key) {
        var value = Pattern.compile("\"" + key + "\":([^,}]+)");
        return workshop.events(run, "step").stream()
                .flatMap(line -> value.matcher(line).results())
                .map(match -> Double.valueOf(match.group(1)))
                .toList();
    }

    @Test
    void aStepOfSeveralBatchesTellsTheNoiseScaleAndAStepOfOneDoesNot() {
        workshop.train(Map.of("name", "many", "batch.micro", 1, "steps", 8));
        workshop.train(Map.of("name", "one", "steps", 4));
        assertFalse(values("many", "noiseScale").isEmpty());
        assertTrue(values("many", "noiseScale").stream().allMatch(scale -> scale > 0));
        assertEquals(List.of(), values("one", "noiseScale"));
    }

    @Test
    void byStepsABatchGrowsAndTheDataGoesOnWhereItWas() {
        workshop.train(Map.of(
                "name",
                "ramp",
                "steps",
                8,
                "batch.micro",
                1,
                "batch.ramp",
                "steps",
                "batch.start",
                2,
                "batch.rampSteps",
                4L));
        var sequences = values("ramp", "sequences");
        assertEquals(List.of(2.0, 2.0, 3.0, 3.0, 4.0), sequences.subList(0, 5));
        assertEquals(4.0, sequences.getLast());
        double tokens = sequences.stream().mapToDouble(s -> 8 * s).sum();
        assertEquals(tokens, values("ramp", "tokens").getLast());
    }

    @Test
    void aBatchThatFollowsTheNoiseGrowsTheSameAcrossACheckpoint() {
        var settings = Map.<String, Object>of("batch.sequences", 16, "batch.micro", 1, "batch.ramp", "noise");
        workshop.train(with(settings, "whole"));
        workshop.interruption.afterAsking(8);
        workshop.train(with(settings, "broken"));
        workshop.train(with(settings, "broken"), true);
        var sequences = values("whole", "sequences");
        assertEquals(2.0, sequences.getFirst());
        assertTrue(sequences.getLast() > 2, sequences.toString());
        assertEquals(sequences.stream().sorted().toList(), sequences, "no step is smaller than the one before");
        assertEquals(sequences, values("broken", "sequences"));
        assertEquals(values("whole", "noiseScale"), values("broken", "noiseScale"));
        assertEquals(workshop.losses("whole"), workshop.losses("broken"));
    }

    private static Map<String, Object> with(Map<String, Object> settings, String name) {
        var all = new HashMap<>(settings);
        all.put("name", name);
        return all;
    }
}
