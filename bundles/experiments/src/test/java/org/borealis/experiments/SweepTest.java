package org.borealis.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SweepTest {
    @TempDir
    Path folder;

    private Sweep read(String yaml) {
        var file = folder.resolve("sweep.yaml");
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Sweep.read(file);
    }

    @Test
    void aListComesFirstAndOfAGridTheLastKeyChangesFastest() {
        var sweep = read("""
                name: s
                recipe: quickstart
                set: {steps: 5, tokenizer: bytes}
                list: [{optimizer: {name: sgd, betas: [0.5, 1]}}]
                grid: {optimizer: [adamw, lion], optimizer.rate: [1e-3, 0.5]}
                """);
        assertEquals(
                List.of(
                        Map.of("optimizer", "{name: sgd, betas: [0.5, 1]}"),
                        Map.of("optimizer", "adamw", "optimizer.rate", "0.001"),
                        Map.of("optimizer", "adamw", "optimizer.rate", "0.5"),
                        Map.of("optimizer", "lion", "optimizer.rate", "0.001"),
                        Map.of("optimizer", "lion", "optimizer.rate", "0.5")),
                sweep.trials().stream().map(Trial::settings).toList());
        assertEquals("004_lion_0.001", sweep.trials().get(3).name());
        assertEquals(
                List.of(
                        "quickstart",
                        "--runs",
                        "runs/s",
                        "--set",
                        "steps=5",
                        "--set",
                        "tokenizer=bytes",
                        "--set",
                        "optimizer=lion",
                        "--set",
                        "optimizer.rate=0.001",
                        "--set",
                        "name=004_lion_0.001"),
                sweep.trials().get(3).arguments(sweep, "runs/s"));
    }

    @Test
    void textsWithinSectionsKeepTheirQuotes() {
        var sweep =
                read("{name: s, recipe: r, list: [{optimizer: {name: sgd, groups: [{match: '*.no\"rm', on: '1'}]}}]}");
        assertEquals(
                "{name: sgd, groups: [{match: \"*.no\\\"rm\", on: \"1\"}]}",
                sweep.trials().getFirst().settings().get("optimizer"));
    }

    @Test
    void aRecipeBesideTheFileIsMeant() throws IOException {
        Files.writeString(folder.resolve("mine.yaml"), "");
        var sweep = read("{name: s, recipe: mine.yaml, list: [{seed: 1}]}");
        assertEquals(folder.resolve("mine.yaml").toString(), sweep.recipe());
    }

    @Test
    void whatIsWrongIsSaid() {
        refuses("a sweep has no key [gird]", "{name: s, recipe: r, gird: {a: [1]}}");
        refuses("give 0 trials", "{name: s, recipe: r}");
        refuses("'grid.a' must be a list", "{name: s, recipe: r, grid: {a: 1}}");
        refuses("it needs 'recipe: ..', a text; got null", "{name: s, list: [{a: 1}]}");
        refuses("'../s' can't name a folder", "{name: ../s, recipe: r, list: [{a: 1}]}");
        refuses("there must be lines 'key: value'", "[1, 2]");
        refuses("sweep.yaml: ", "{name: [");
        var most = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        refuses(
                "more than 999 trials",
                "{name: s, recipe: r, grid: {a: %1$s, b: %1$s, c: %1$s, d: %1$s}}".formatted(most));
        var missing = assertThrows(BorealisException.class, () -> Sweep.read(folder.resolve("none.yaml")));
        assertTrue(String.valueOf(missing.getMessage()).contains("no such file"), missing::toString);
    }

    private void refuses(String words, String yaml) {
        var refusal = assertThrows(BorealisException.class, () -> read(yaml));
        assertTrue(String.valueOf(refusal.getMessage()).contains(words), refusal::toString);
    }
}
