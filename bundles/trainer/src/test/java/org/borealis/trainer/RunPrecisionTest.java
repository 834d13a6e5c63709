package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.SingleBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPrecisionTest {
    /** Three times what was seen, of losses from 4.8 down to 1.2 nats in twenty steps; an ulp of bfloat16 is 1/128 of a number. */
    private static final double BFLOAT16_DISTANCE = 0.02;

    private static final double FLOAT16_DISTANCE = 0.002;
    /** The scale at which the tiny model's gradients overflow. */
    private static final double HUGE = 1 << 24;

    @TempDir
    Path runs;

    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(runs);
    }

    @Test
    void sixteenBitsTrainAsFloat32Does() {
        workshop.train(Map.of("name", "wide"));
        workshop.train(Map.of("name", "brain", "precision", "bfloat16"));
        workshop.train(Map.of("name", "half", "precision", "float16"));
        assertNear(BFLOAT16_DISTANCE, "brain");
        assertNear(FLOAT16_DISTANCE, "half");
        assertTrue(workshop.events("half", "step").getFirst().contains("\"lossScale\":65536"));
        assertFalse(workshop.events("brain", "step").getFirst().contains("lossScale"));
    }

    private void assertNear(double distance, String run) {
        var wide = workshop.losses("wide");
        var narrow = workshop.losses(run);
        assertEquals(wide.size(), narrow.size());
        assertTrue(narrow.getLast() < 0.7 * narrow.getFirst(), narrow.toString());
        for (int i = 0; i < wide.size(); i++) {
            assertEquals(wide.get(i), narrow.get(i), distance, run + ", step " + (i + 1));
        }
    }

    @Test
    void microBatchesAreAccumulatedInFloat32() {
        workshop.train(Map.of("name", "wide"));
        workshop.train(Map.of("name", "half", "precision", "float16", "batch.micro", 1));
        assertNear(FLOAT16_DISTANCE, "half");
    }

    @Test
    void gradientsMayBeSummedInTheTypeOfTheModelAndInNoOtherNarrowOne() {
        workshop.train(Map.of("name", "wide"));
        workshop.train(Map.of("name", "brain", "precision", "bfloat16", "gradients", "bfloat16", "batch.micro", 1));
        assertNear(BFLOAT16_DISTANCE, "brain");
        var refused = assertThrows(
                BorealisException.class,
                () -> workshop.train(Map.of("name", "half", "precision", "float16", "gradients", "bfloat16")));
        assertEquals("precision", refused.code());
    }

    @Test
    void anOverflowSkipsItsStepAndHalvesTheScale() {
        assertEquals(0, workshop.train(float16("half", "lossScale.initial", HUGE)));
        var steps = workshop.events("half", "step");
        assertTrue(steps.getFirst().contains("\"gradientNorm\":\"")
                && steps.getFirst().contains("\"skipped\":true"));
        assertTrue(steps.getFirst().contains("\"lossScale\":1.6777216E7"), steps.getFirst());
        assertTrue(steps.get(1).contains("\"lossScale\":8388608.0"), steps.get(1));
        assertFalse(steps.getLast().contains("skipped"), steps.getLast());
        assertEquals(List.of(), workshop.events("half", "warning"));
        assertTrue(
                workshop.output()
                        .contains("step 1 was skipped: its gradient overflowed float16 at loss scale 16777216;"
                                + " the scale is 8388608 now"),
                workshop.output());
        assertEquals(workshop.losses("half").get(0), workshop.losses("half").get(1), 1.0, "the loss is unscaled");
    }

    @Test
    void theScaleGrowsAfterItsInterval() {
        workshop.train(float16("half", "lossScale.initial", 8.0, "lossScale.interval", 5L));
        var steps = workshop.events("half", "step");
        assertTrue(steps.get(4).contains("\"lossScale\":8"), steps.get(4));
        assertTrue(steps.get(5).contains("\"lossScale\":16"), steps.get(5));
        assertTrue(steps.get(10).contains("\"lossScale\":32"), steps.get(10));
    }

    @Test
    void anOverflowAtTheSmallestScaleStopsTheRun() {
        var stopped = assertThrows(
                BorealisException.class,
                () -> workshop.train(float16("half", "lossScale.initial", HUGE, "lossScale.minimum", HUGE / 2)));
        assertEquals("not-finite", stopped.code());
        assertTrue(stopped.getMessage().contains("step 2 has loss"), stopped.getMessage());
        assertTrue(stopped.getMessage().contains("The loss scale is 8388608, and lossScale.minimum"));
        assertTrue(stopped.getMessage().contains("precision=bfloat16"), stopped.getMessage());
    }

    @Test
    void aLossThatIsNotFiniteIsNoMatterOfTheScale() {
        workshop.plugins.install(Contract.OPTIMIZER, section -> new Momentum(1e30, 0));
        var stopped = assertThrows(BorealisException.class, () -> workshop.train(float16("half")));
        assertTrue(stopped.getMessage().contains("a loss scale does not help the loss"), stopped.getMessage());
    }

    @Test
    void aResumedRunRepeatsTheLossesAndScalesOfAnUnbrokenOne() {
        var settings = new Object[] {"lossScale.initial", HUGE, "lossScale.interval", 3L, "lossScale.hysteresis", 2L};
        workshop.train(float16("whole", settings));
        workshop.interruption.afterAsking(8);
        assertEquals(Run.INTERRUPTED, workshop.train(float16("broken", settings)));
        assertEquals(0, workshop.train(float16("broken", settings)));
        assertTrue(workshop.output().contains("resuming from step 7"), workshop.output());
        assertEquals(numbers("whole"), numbers("broken"));
        assertEquals(workshop.evaluations("whole"), workshop.evaluations("broken"));
    }

    /** The steps without what the clock says. */
    private List<String> numbers(String run) {
        return workshop.events(run, "step").stream()
                .map(line -> line.replaceAll("\"(s|stepS)econds\":[^,}]+", ""))
                .toList();
    }

    @Test
    void aResumedRunInBfloat16RepeatsTheLossesOfAnUnbrokenOne() {
        var settings = Map.<String, Object>of("precision", "bfloat16", "gradients", "bfloat16");
        workshop.train(with(settings, "name", "whole"));
        workshop.interruption.afterAsking(8);
        workshop.train(with(settings, "name", "broken"));
        workshop.train(with(settings, "name", "broken"));
        assertEquals(workshop.losses("whole"), workshop.losses("broken"));
    }

    @Test
    void theModelIsKeptInSixteenBitsWithMastersAndWritesFromThere() {
        assertEquals(0, workshop.train(Map.of("name", "brain", "precision", "bfloat16", "sample.prompt", "abc")));
        assertTrue(workshop.output().contains("sample:\n\nabc"), workshop.output());
        workshop.train(Map.of("name", "wide"));
        assertTrue(bytes("wide") > 40_000, "two float32 for each of 5300 parameters");
        assertEquals(1.25, (double) bytes("brain") / bytes("wide"), 0.02, "two bytes beside two float32");
    }

    private long bytes(String run) {
        var folder = runs.resolve(run).resolve("checkpoints").resolve("step-000020");
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aBackendThatLacksTheTypeIsRefusedBeforeAnythingStarts() {
        workshop.plugins.install(Contract.BACKEND, section -> new SingleBackend(new ReferenceBackend()));
        var refused = assertThrows(
                BorealisException.class, () -> workshop.train(Map.of("name", "brain", "precision", "bfloat16")));
        assertEquals(
                "precision: backend 'fake' (single precision) does not compute in bfloat16;"
                        + " take another precision or backend",
                refused.getMessage());
        assertFalse(Files.exists(runs.resolve("brain").resolve("events.jsonl")));
    }

    private static Map<String, Object> float16(String name, Object... more) {
        return with(Map.of("name", name, "precision", "float16"), more);
    }

    private static Map<String, Object> with(Map<String, Object> some, Object... more) {
        var settings = new HashMap<>(some);
        for (int i = 0; i < more.length; i += 2) {
            settings.put((String) more[i], more[i + 1]);
        }
        return settings;
    }
}
