package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.borealis.recipe.Contract;
import org.borealis.trainer.fakes.FakeRecipes;
import org.borealis.trainer.fakes.LetterTokenizer;
import org.borealis.trainer.fakes.Scarce;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many tokens a dry run takes a model to know, and what it says about that. */
class PlannedVocabularyTest {
    @TempDir
    Path runs;

    private final List<Object> opened = new ArrayList<>();
    private Workshop workshop;

    @BeforeEach
    void install() {
        workshop = new Workshop(runs);
        workshop.plugins.install(Contract.BACKEND, section -> new Scarce(OptionalLong.empty()));
        workshop.plugins.install(Contract.TOKENIZER, section -> {
            opened.add(section.settings().getOrDefault("path", ""));
            return new LetterTokenizer(new byte[] {1});
        });
    }

    private String dryRun(boolean asJson, Map<String, Object> settings) {
        var all = new HashMap<String, Object>(settings);
        all.put("name", "mine");
        return workshop.dryRun(FakeRecipes.of(all), asJson);
    }

    private String said(Map<String, Object> settings) {
        return dryRun(false, settings)
                .lines()
                .filter(line -> line.startsWith("model "))
                .findFirst()
                .orElseThrow()
                .replaceAll(".*parameters, ", "");
    }

    @Test
    void whatTheRecipeSaysIsTaken() {
        assertEquals("vocabulary 96", said(Map.of("model.vocabulary", 96)));
        assertTrue(dryRun(true, Map.of("model.vocabulary", 96)).contains("\"vocabularyFrom\":\"recipe\""));
        assertEquals(List.of(), opened);
    }

    @Test
    void aTokenizerWithoutAFileIsAsked() {
        assertEquals("vocabulary 128, that of tokenizer 'fake'", said(Map.of()));
        assertTrue(dryRun(true, Map.of()).contains("\"vocabulary\":128,\"vocabularyFrom\":\"tokenizer\""));
    }

    @Test
    void aTokenizerWhoseFileIsThereIsAskedEvenIfItWasToBeLearned() throws IOException {
        Files.createDirectories(runs.resolve("mine"));
        var file = Files.writeString(runs.resolve("mine/tokenizer.json"), "learned");
        var settings = Map.<String, Object>of("tokenizer.path", "${run}/tokenizer.json", "data.learnVocabulary", 4000);
        assertEquals("vocabulary 128, that of tokenizer 'fake'", said(settings));
        assertEquals(List.<Object>of(file.toString()), opened);
    }

    @Test
    void aVocabularyThatIsToBeLearnedIsNotLearned() {
        var settings = Map.<String, Object>of("tokenizer.path", "${run}/tokenizer.json", "data.learnVocabulary", 4000);
        assertEquals("vocabulary 4032, to be learned (data.learnVocabulary)", said(settings));
        assertTrue(dryRun(true, settings).contains("\"vocabularyFrom\":\"data.learnVocabulary\""));
        assertEquals(List.of(), opened);
        assertFalse(Files.exists(runs.resolve("mine")));
    }

    @Test
    void whatIsAssumedIsCalledSoAndWhy() {
        var settings = Map.<String, Object>of("tokenizer.path", "${run}/tokenizer.json");
        assertEquals(
                "vocabulary 32768, which is assumed: tokenizer.path " + runs.resolve("mine/tokenizer.json")
                        + " is not there to tell; set model.vocabulary to plan with another",
                said(settings));
        assertTrue(dryRun(true, settings).contains("\"vocabularyFrom\":\"assumed\""));
    }
}
