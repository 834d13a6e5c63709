package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.data.DocumentSource;
import org.borealis.data.Tokenizer;
import org.borealis.data.TokenizerTrainer;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;
import org.borealis.train.RunEvent;
import org.borealis.train.Tracker;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.fakes.LetterTokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens between a recipe's text and its first step, and beside its last. */
class RunDataTest {
    @TempDir
    Path folder;

    private final List<String> learnedFrom = new ArrayList<>();
    private Workshop workshop;
    private Path text;

    @BeforeEach
    void install() throws IOException {
        workshop = new Workshop(folder);
        text = Files.writeString(folder.resolve("text.lines"), "one\ntwo\n");
        TokenizerTrainer trainer = this::learn;
        workshop.extensions = new Engine.Extensions(
                List.of(new LineSource()),
                List.of(Map.entry(Map.of(Tokenizer.NAME, "fake"), trainer)),
                List.of(),
                List.of());
        workshop.corpora.isThere = false;
        workshop.plugins.install(
                Contract.TOKENIZER, section -> new LetterTokenizer(new byte[] {(byte) learnedFrom.size()}));
    }

    private byte[] learn(Iterator<String> documents, int size) {
        documents.forEachRemaining(learnedFrom::add);
        return ("vocabulary of " + size).getBytes();
    }

    /** A line is a document. */
    private record LineSource() implements DocumentSource {
        @Override
        public boolean reads(Path file) {
            return file.toString().endsWith(".lines");
        }

        @Override
        public Documents open(Path file, long start) throws IOException {
            var lines = Files.readAllLines(file).iterator();
            return new Documents() {
                @Override
                public Optional<Document> next() {
                    return lines.hasNext() ? Optional.of(new Document(lines.next(), 0)) : Optional.empty();
                }

                @Override
                public void close() {}
            };
        }
    }

    private Map<String, Object> settings(Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of(
                "name",
                "mine",
                "steps",
                2,
                "data.text",
                new String[] {text.toString()},
                "data.learnVocabulary",
                100,
                "tokenizer.path",
                "${run}/tokenizer.json"));
        all.putAll(more);
        return all;
    }

    @Test
    void vocabularyAndCorpusAreMadeOnceAndInTheRunsFolder() throws IOException {
        workshop.train(settings(Map.of()));
        var run = folder.resolve("mine");
        assertEquals(List.of("one", "two"), learnedFrom);
        assertEquals("vocabulary of 100", Files.readString(run.resolve("tokenizer.json")));
        assertEquals(List.of(run.resolve("corpus").resolve("tokens")), workshop.corpora.prepared);
        workshop.train(settings(Map.of("steps", 4)));
        assertEquals(2, learnedFrom.size());
        assertEquals(1, workshop.corpora.prepared.size());
    }

    @Test
    void aTextThatIsNotThereIsNamed() {
        var refused = assertThrows(
                BorealisException.class,
                () -> workshop.train(settings(Map.of("data.text", new String[] {folder + "/no.lines"}))));
        assertTrue(refused.getMessage().contains("no.lines is not there"), refused.getMessage());
        assertFalse(Files.exists(folder.resolve("mine").resolve("tokenizer.json")));
    }

    @Test
    void aVariableThatMeansNothingIsNamed() {
        var refused = assertThrows(
                BorealisException.class,
                () -> workshop.train(settings(Map.of("tokenizer.path", "${home}/tokenizer.json"))));
        assertEquals("path-variable", refused.code());
    }

    @Test
    void aTokenizerThatLearnsNothingIsNamedWithThoseThatDo() {
        workshop.extensions = new Engine.Extensions(List.of(), List.of(), List.of(), List.of());
        var refused = assertThrows(BorealisException.class, () -> workshop.train(settings(Map.of())));
        assertEquals("vocabulary-learner", refused.code());
    }

    @Test
    void noCorpusAndNoTextIsAnErrorThatSaysWhatToSet() {
        var refused = assertThrows(
                BorealisException.class,
                () -> workshop.train(settings(Map.of("data.text", new String[0], "data.learnVocabulary", 0))));
        assertTrue(refused.getMessage().contains("set data.corpus"), refused.getMessage());
    }

    @Test
    void trackersSeeEveryEventAndOneThatFailsHarmsNobody() {
        var seen = new ArrayList<String>();
        Tracker keeping = event -> seen.add(event.name());
        Tracker failing = new Tracker() {
            @Override
            public void accept(RunEvent event) {
                throw new IllegalStateException("no network");
            }
        };
        workshop.corpora.isThere = true;
        workshop.extensions = new Engine.Extensions(List.of(), List.of(), List.of(failing, keeping), List.of());
        assertEquals(0, workshop.train(Map.of("name", "mine", "steps", 2)));
        assertEquals(List.of("start", "step", "step", "evaluation", "checkpoint", "end"), seen);
    }
}
