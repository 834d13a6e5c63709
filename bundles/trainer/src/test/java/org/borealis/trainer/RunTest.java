package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.Settings;
import org.borealis.trainer.fakes.ArrayCorpus;
import org.borealis.trainer.fakes.LetterTokenizer;
import org.borealis.trainer.fakes.Momentum;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
    @TempDir
    Path runs;

    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(runs);
    }

    @Test
    void lossFallsAndARunLeavesWhatItPromises() {
        assertEquals(0, workshop.train(Map.of("name", "mine", "sample.prompt", "abc")));
        var losses = workshop.losses("mine");
        assertEquals(Workshop.STEPS, losses.size());
        assertTrue(losses.getLast() < 0.7 * losses.getFirst(), losses.toString());
        for (var file : List.of("recipe.resolved.yaml", "events.jsonl", "log.txt", "checkpoints/step-000020")) {
            assertTrue(Files.exists(runs.resolve("mine").resolve(file)), file);
        }
        var events = workshop.events("mine");
        assertTrue(events.getFirst().startsWith("{\"event\":\"start\",\"step\":0,"), events.getFirst());
        assertTrue(events.getLast().startsWith("{\"event\":\"end\",\"step\":20,\"reason\":\"finished\""));
        assertEquals(
                List.of("{\"event\":\"evaluation\",\"step\":10", "{\"event\":\"evaluation\",\"step\":20"),
                workshop.events("mine", "evaluation").stream()
                        .map(line -> line.replaceAll(",\"loss.*", ""))
                        .toList());
        assertTrue(workshop.output().contains("sample:\n\nabc"), workshop.output());
    }

    @Test
    void aRunThatLeavesNoMemoryToMeasureThePeakSaysSoAndTrains() {
        var config = Settings.of(ReferenceBackend.Config.class, Map.of("memoryMebibytes", 1L));
        workshop.plugins.install(Contract.BACKEND, section -> new ReferenceBackend(config));
        assertEquals(0, workshop.train(Map.of("name", "mine", "model.vocabulary", 512)));
        assertEquals(Workshop.STEPS, workshop.losses("mine").size());
        assertEquals(1, workshop.output().split("peak unknown", -1).length - 1, workshop.output());
        assertFalse(workshop.output().contains("MFU "), workshop.output());
        assertFalse(workshop.events("mine").getFirst().contains("peakFlops"));
    }

    @Test
    void resumedRunRepeatsTheLossesOfAnUnbrokenOne() {
        workshop.train(Map.of("name", "whole"));
        workshop.interruption.afterAsking(8);
        assertEquals(Run.INTERRUPTED, workshop.train(Map.of("name", "broken")));
        assertTrue(workshop.output().contains("To go on: borealis train"), workshop.output());
        assertEquals(7, workshop.losses("broken").size());
        assertEquals(0, workshop.train(Map.of("name", "broken")));
        assertTrue(workshop.output().contains("resuming from step 7"), workshop.output());
        assertEquals(workshop.losses("whole"), workshop.losses("broken"));
        assertEquals(workshop.evaluations("whole"), workshop.evaluations("broken"));
    }

    @Test
    void aKilledRunRepeatsTheStepsSinceItsLastCheckpoint() throws Exception {
        workshop.train(Map.of("name", "whole"));
        workshop.train(Map.of("name", "killed"));
        var killed = runs.resolve("killed");
        Workshop.delete(killed.resolve("checkpoints").resolve("step-000020"));
        Files.writeString(
                killed.resolve("events.jsonl"), "{\"event\":\"step\",\"st", java.nio.file.StandardOpenOption.APPEND);
        assertEquals(0, workshop.train(Map.of("name", "killed")));
        assertEquals(workshop.losses("whole"), workshop.losses("killed"));
    }

    @Test
    void accumulatedMicroBatchesGiveTheLossesOfOneBatch() {
        workshop.train(Map.of("name", "whole"));
        workshop.train(Map.of("name", "parts", "batch.micro", 2));
        var whole = workshop.losses("whole");
        var parts = workshop.losses("parts");
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.get(i), parts.get(i), 1e-5); // float32, summed in another order
        }
    }

    @Test
    void aFinishedRunSaysSoAndTrainsOnIfMoreStepsAreAskedFor() {
        workshop.train(Map.of("name", "mine"));
        assertEquals(0, workshop.train(Map.of("name", "mine")));
        assertTrue(workshop.output().contains("has done its 20 steps"), workshop.output());
        assertEquals(0, workshop.train(Map.of("name", "mine", "steps", 22)));
        assertEquals(22, workshop.losses("mine").size());
    }

    @Test
    void anotherRecipeIsRefusedByTheKeysThatDiffer() {
        workshop.train(Map.of("name", "mine"));
        var refused = assertThrows(
                BorealisException.class,
                () -> workshop.train(Map.of("name", "mine", "steps", 30, "seed", 8, "model.layers", 3)));
        assertEquals("recipe-changed", refused.code());
        assertTrue(refused.getMessage().contains("seed (1234, now 8)"), refused.getMessage());
        assertTrue(refused.getMessage().contains("model.layers (none, now 3)"), refused.getMessage());
        assertFalse(refused.getMessage().contains("steps ("), refused.getMessage());
    }

    @Test
    void anotherCorpusIsRefused() {
        workshop.train(Map.of("name", "mine"));
        workshop.corpora.corpus = ArrayCorpus.counting(20, 500);
        var refused = assertThrows(BorealisException.class, () -> workshop.train(Map.of("name", "mine", "steps", 30)));
        assertEquals("corpus-changed", refused.code());
    }

    @Test
    void anotherTokenizerIsRefused() {
        workshop.train(Map.of("name", "mine"));
        workshop.plugins.install(Contract.TOKENIZER, section -> new LetterTokenizer(new byte[] {9}));
        var refused = assertThrows(BorealisException.class, () -> workshop.train(Map.of("name", "mine", "steps", 30)));
        assertEquals("tokenizer-changed", refused.code());
    }

    @Test
    void aLossThatIsNotFiniteStopsTheRunAndSavesTheLastGoodState() {
        // Loss overflows only after the weights have: from a rate that is far too high, at the second or third step.
        workshop.plugins.install(Contract.OPTIMIZER, section -> new Momentum(1e30, 0));
        var stopped = assertThrows(BorealisException.class, () -> workshop.train(Map.of("name", "mine")));
        assertEquals("not-finite", stopped.code());
        assertTrue(stopped.getMessage().contains("A lower optimizer.rate"), stopped.getMessage());
        assertEquals(1, workshop.events("mine", "warning").size());
    }

    @Test
    void stepsThatAreNotFiniteAreSkippedUpToALimit() {
        workshop.plugins.install(Contract.OPTIMIZER, section -> new Momentum(1e30, 0));
        var stopped = assertThrows(
                BorealisException.class,
                () -> workshop.train(Map.of("name", "mine", "nonFinite", "skip", "nonFiniteLimit", 3)));
        assertTrue(stopped.getMessage().contains("3 steps in a row were skipped"), stopped.getMessage());
        assertEquals(4, workshop.events("mine", "warning").size());
        assertTrue(workshop.events("mine", "step").getLast().contains("\"loss\":\"NaN\""));
    }

    @Test
    void resumeWithoutACheckpointIsAnError() {
        var failed = assertThrows(BorealisException.class, () -> workshop.train(Map.of("name", "mine"), true));
        assertEquals("nothing-to-resume", failed.code());
    }

    @Test
    void aPluginThatIsTakenAwayIsWaitedForAndTheRunGoesOnAsIfNothingHadBeen() {
        workshop.train(Map.of("name", "whole", "missing", "wait"));
        workshop.interruption.atAsking(5, workshop.plugins::takeAway);
        assertEquals(0, workshop.train(Map.of("name", "mine", "missing", "wait")));
        assertFalse(workshop.plugins.waits.isEmpty());
        assertTrue(workshop.output().contains("waiting for tokenizer 'fake'"), workshop.output());
        assertEquals(workshop.losses("whole"), workshop.losses("mine"));
    }

    @Test
    void aWaitForAPluginCanBeEnded() {
        workshop.interruption.atAsking(5, workshop.plugins::takeAwayForGood);
        assertEquals(Run.INTERRUPTED, workshop.train(Map.of("name", "mine", "missing", "wait")));
        assertEquals(4, workshop.losses("mine").size());
    }

    @Test
    void batchesThatDoNotDivideAreRefused() {
        var refused =
                assertThrows(BorealisException.class, () -> workshop.train(Map.of("name", "mine", "batch.micro", 3)));
        assertEquals("batch-sizes", refused.code());
    }
}
