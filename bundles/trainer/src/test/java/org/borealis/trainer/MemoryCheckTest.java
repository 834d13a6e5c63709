package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.borealis.pipeline.schedules.OneForwardOneBackward;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.fakes.FakeRecipes;
import org.borealis.trainer.fakes.Scarce;
import org.borealis.trainer.fakes.Tower;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every device here fails the test if memory is taken of it. */
class MemoryCheckTest {
    @TempDir
    Path runs;

    private String dryRun(OptionalLong memory, boolean asJson, Map<String, Object> changes) {
        var workshop = new Workshop(runs);
        workshop.plugins.install(
                Contract.MODEL,
                section -> new Tower(64, ((Number) section.settings().getOrDefault("sequence", 256)).intValue()));
        workshop.plugins.install(Contract.BACKEND, section -> new Scarce(memory));
        workshop.plugins.install(Contract.PIPELINE, section -> new OneForwardOneBackward());
        var settings = new HashMap<String, Object>(Map.of("batch.sequences", 12, "model.vocabulary", 64));
        settings.putAll(changes);
        var recipe = FakeRecipes.of(settings);
        return workshop.dryRun(recipe, asJson);
    }

    private long number(String name, Map<String, Object> changes) {
        var json = dryRun(OptionalLong.empty(), true, changes);
        return Pattern.compile("\"" + name + "\":(\\d+)")
                .matcher(json)
                .results()
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .findFirst()
                .orElseThrow();
    }

    /** What is said with as much memory as these settings take. */
    private String advice(Map<String, Object> changes) {
        return dryRun(OptionalLong.of(number("total", changes)), false, Map.of())
                .lines()
                .filter(line -> line.startsWith("available"))
                .findFirst()
                .orElseThrow();
    }

    private static void assertEnds(String wanted, String line) {
        assertTrue(line.contains(", so it " + wanted), line);
    }

    @Test
    void purposesAndTheirSharesAreListed() {
        var text = dryRun(OptionalLong.of(1L << 40), false, Map.of());
        for (var name : List.of("parameters", "gradients", "optimizer", "activations", "workspace", "other")) {
            assertTrue(
                    Pattern.compile("(?m)^" + name + " +[0-9.]+ [KM]iB +[0-9.]+ %$")
                            .matcher(text)
                            .find(),
                    text);
        }
        assertTrue(text.contains(" 100.0 %\navailable     1.00 TiB, so it fits\n"), text);
    }

    @Test
    void whatWouldFitIsNamedInTheOrderOfWhatItCosts() {
        assertEnds("fits", advice(Map.of()));
        assertEnds("does not fit; add --set rematerialise=selective: ", advice(Map.of("rematerialise", "selective")));
        assertEnds("does not fit; add --set rematerialise=full: ", advice(Map.of("rematerialise", "full")));
        assertEnds(
                "does not fit; add --set rematerialise=full --set batch.micro=6: ",
                advice(Map.of("rematerialise", "full", "batch.micro", 6)));
        assertEnds(
                "does not fit; add --set rematerialise=full --set batch.micro=3: ",
                advice(Map.of("rematerialise", "full", "batch.micro", 3)));
        assertEnds(
                "does not fit; add --set rematerialise=full --set batch.micro=1 --set model.sequence=64: ",
                advice(Map.of("rematerialise", "full", "batch.micro", 1, "model.sequence", 64)));
    }

    @Test
    void whatNoSettingChangesIsToldApart() {
        var fixed = 3 * number("gradients", Map.of());
        assertTrue(fixed > 0);
        var text = dryRun(OptionalLong.of(fixed - 1), false, Map.of());
        assertTrue(text.contains("does not fit; parameters, gradients and optimizer alone take "), text);
        var barely = dryRun(OptionalLong.of(fixed + 1), false, Map.of());
        assertTrue(barely.contains("does not fit; no smaller batch, shorter sequence or rematerialisation"), barely);
    }

    @Test
    void aParameterOfMoreElementsThanAnIntCountsIsPlanned() {
        var workshop = new Workshop(runs);
        int vocabulary = 1 << 27; // times 16 channels
        workshop.plugins.install(Contract.BACKEND, section -> new Scarce(OptionalLong.of(1L << 40)));
        var text = workshop.dryRun(FakeRecipes.of(Map.of("batch.sequences", 4, "model.vocabulary", vocabulary)), false);
        assertTrue(text.contains("model       4.29G parameters, vocabulary 134217728\n"), text);
        assertTrue(text.contains("parameters   16.00 GiB"), text);
    }

    @Test
    void ofAPipelineTheGreatestStageHasToFit() {
        var pipeline = Map.<String, Object>of("mesh", "pipeline=2", "batch.micro", 3);
        long whole = number("total", Map.of("batch.micro", 3));
        long stage = number("total", pipeline);
        assertTrue(stage < whole, stage + " of " + whole);
        var text = dryRun(OptionalLong.of(stage), false, pipeline);
        assertTrue(text.contains("stages      share the layers; what follows is of the one that takes most\n"), text);
        assertTrue(text.contains(", so it fits\n"), text);
        assertTrue(dryRun(OptionalLong.of(stage - 1), true, pipeline).contains("\"fits\":false"));
    }

    @Test
    void whatIsOffloadedIsToldApart() {
        var disk = Map.<String, Object>of("offload", "disk");
        var text = dryRun(OptionalLong.of(1L << 40), false, disk);
        assertTrue(
                Pattern.compile("(?m)^on disk +[0-9.]+ [KM]iB that the optimizer remembers$")
                        .matcher(text)
                        .find(),
                text);
        assertTrue(dryRun(OptionalLong.empty(), true, disk).contains("\"offloaded\":{"));
    }

    @Test
    void scriptsGetJson() {
        var json = dryRun(OptionalLong.of(number("total", Map.of("rematerialise", "full"))), true, Map.of());
        assertTrue(json.contains("\"memory\":{\"parameters\":"), json);
        assertTrue(json.contains("\"fits\":false,\"advice\":{"), json);
        assertTrue(json.contains("\"settings\":[\"rematerialise=full\"]"), json);
    }

    @Test
    void aDeviceThatCannotTellIsNotGuessedAt() {
        var text = dryRun(OptionalLong.empty(), false, Map.of());
        assertTrue(text.contains("available   the device can't tell"), text);
    }

    @Test
    void aRunThatCannotFitDoesNotBegin() throws Exception {
        var workshop = new Workshop(runs);
        workshop.corpora.isThere = false;
        workshop.plugins.install(Contract.BACKEND, section -> new Scarce(OptionalLong.of(10_000)));
        var refused = assertThrows(BorealisException.class, () -> workshop.train(Map.of("name", "large")));
        assertEquals("memory", refused.code());
        assertTrue(refused.getMessage().contains("scarce has 10 KiB"), refused.getMessage());
        assertTrue(workshop.corpora.prepared.isEmpty());
        assertFalse(Files.exists(runs.resolve("large/events.jsonl")));
    }
}
