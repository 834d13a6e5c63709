package org.borealis.corpora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.borealis.corpora.Fakes.CharTokenizer;
import org.borealis.data.Corpora.Prepared;
import org.borealis.data.Corpora.Progress;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;

final class PreparationTest extends PreparationFixture {
    @Test
    void documentsComeBackInTheirOrderEachWithItsEnd() throws IOException {
        var texts = List.of(write("b.lines", "hello", "", "you"), write("a.lines", "last"));
        assertEquals(new Prepared(3, 15, 12), prepare(texts, SMALL, "corpus", Disk.real(), 2));
        try (var corpus = corpora(Disk.real(), 1).open(folder.resolve("corpus"))) {
            assertEquals(List.of("hello", "you", "last"), documents(corpus));
        }
        assertOnlyCorpusRemains("corpus");
    }

    @Test
    void tokensAreAsWideAsTheVocabularyNeeds() throws IOException {
        var text = List.of(write("a.lines", "four"));
        for (int vocabulary : new int[] {300, 65_499, 65_500, 128_000}) {
            prepare(text, new CharTokenizer(vocabulary, false), "corpus", Disk.real(), 1);
            assertEquals(vocabulary < 65_500 ? 8 : 16, Files.size(folder.resolve("corpus.bin")));
            try (var corpus = corpora(Disk.real(), 1).open(folder.resolve("corpus"))) {
                int[] ids = new int[4];
                corpus.read(0, ids, 0, 4);
                assertArrayEquals("four".chars().toArray(), ids);
            }
        }
    }

    @Test
    void theCorpusDoesNotDependOnTheNumberOfThreads() throws IOException {
        var texts = manyTexts();
        prepare(texts, SMALL, "one", Disk.real(), 1);
        prepare(texts, SMALL, "many", Disk.real(), 7);
        assertSameCorpus("one", "many");
    }

    @Test
    void inputThatMakesNoCorpusIsRefusedAndLeavesNothing() throws IOException {
        refused("text-missing", List.of());
        refused("text-missing", List.of(folder.resolve("none.lines")));
        refused("text-missing", List.of(folder));
        refused("text-format", List.of(write("x.pdf", "x")));
        refused("corpus-empty", List.of(write("e.lines", "", "  ")));
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    files.filter(f -> f.toString().contains("corpus")).toList());
        }
    }

    private void refused(String code, List<Path> texts) {
        var error = assertThrows(BorealisException.class, () -> prepare(texts, SMALL, "corpus", Disk.real(), 1));
        assertEquals(code, error.code(), error.getMessage());
    }

    @Test
    void aTokenizerThatBreaksItsPromiseIsStopped() throws IOException {
        var text = List.of(write("a.lines", "z"));
        var error = assertThrows(
                BorealisException.class, () -> prepare(text, new CharTokenizer('z', false), "corpus", Disk.real(), 1));
        assertEquals("token-id", error.code());
    }

    @Test
    void aSecondPreparationOfTheSameCorpusIsRefused() throws IOException {
        var texts = List.of(write("a.lines", "one"));
        var errors = new ArrayList<BorealisException>();
        prepare(
                texts,
                SMALL,
                "corpus",
                Disk.real(),
                1,
                progress -> errors.add(
                        assertThrows(BorealisException.class, () -> prepare(texts, SMALL, "corpus", Disk.real(), 1))));
        assertEquals("corpus-busy", errors.getFirst().code());
        assertTrue(errors.getFirst()
                .getMessage()
                .contains("process " + ProcessHandle.current().pid()));
        prepare(texts, SMALL, "corpus", Disk.real(), 1);
    }

    @Test
    void progressGrowsToTheWhole() throws IOException {
        var seen = new ArrayList<Progress>();
        prepare(manyTexts(), SMALL, "corpus", Disk.real(), 3, seen::add);
        assertTrue(seen.size() > 8);
        for (int i = 1; i < seen.size(); i++) {
            assertTrue(seen.get(i).bytes() >= seen.get(i - 1).bytes());
            assertTrue(seen.get(i).tokens() >= seen.get(i - 1).tokens());
        }
        assertTrue(seen.getLast().bytes() <= seen.getLast().totalBytes());
    }

    @Test
    void aVocabularyIsLearnedFromTheSameShareOfEveryText() throws IOException {
        var texts = Fakes.sources()
                .find(List.of(
                        write(
                                "a.lines",
                                IntStream.range(0, 100)
                                        .mapToObj(i -> "aaaaaaaaa")
                                        .toArray(String[]::new)),
                        write(
                                "b.lines",
                                IntStream.range(0, 200)
                                        .mapToObj(i -> "bbbbbbbbb")
                                        .toArray(String[]::new))));
        var all = new ArrayList<String>();
        new VocabularySample(texts, Long.MAX_VALUE).forEachRemaining(all::add);
        assertEquals(300, all.size());
        var some = new ArrayList<String>();
        new VocabularySample(texts, 300).forEachRemaining(some::add);
        assertEquals(12, some.stream().filter(s -> s.startsWith("a")).count(), 1);
        assertEquals(23, some.stream().filter(s -> s.startsWith("b")).count(), 1);
    }
}
