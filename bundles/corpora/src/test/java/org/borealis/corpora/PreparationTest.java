package org.borealis.corpora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.corpora.Fakes.CharTokenizer;
import org.borealis.corpora.Fakes.Killed;
import org.borealis.data.Corpora.Prepared;
import org.borealis.data.Corpora.Progress;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PreparationTest {
    private static final CharTokenizer SMALL = new CharTokenizer(300, true);

    @TempDir
    Path folder;

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
    void whatAKilledPreparationHadFinishedIsUsedAgain() throws IOException {
        var texts = manyTexts();
        var counted = new CharTokenizer(300, true);
        prepare(texts, counted, "unbroken", Disk.real(), 2);
        int all = counted.calls().getAndSet(0);
        for (int kills = 0; kills < 5; kills += 2) {
            int after = kills;
            assertThrows(Killed.class, () -> prepare(texts, SMALL, "killed", Fakes.diskThatKillsAfter(after), 2));
            assertFalse(Files.exists(folder.resolve("killed.bin")));
            assertFalse(Files.exists(folder.resolve("killed.idx")));
        }
        prepare(texts, counted, "killed", Disk.real(), 2);
        assertTrue(counted.calls().get() < all, counted.calls() + " documents of " + all + " were made again");
        assertSameCorpus("unbroken", "killed");
        assertOnlyCorpusRemains("killed");
    }

    @Test
    void aKillWhileTheFilesArePutTogetherLosesNothing() throws IOException {
        var texts = manyTexts();
        prepare(texts, SMALL, "unbroken", Disk.real(), 1);
        int parts = parts(texts);
        for (int file = 0; file < 2; file++) {
            int after = parts + file;
            assertThrows(
                    Killed.class, () -> prepare(texts, SMALL, "killed" + after, Fakes.diskThatKillsAfter(after), 1));
            assertFalse(corpora(Disk.real(), 1).exists(folder.resolve("killed" + after)));
            var counted = new CharTokenizer(300, true);
            prepare(texts, counted, "killed" + after, Disk.real(), 1);
            assertEquals(1, counted.calls().get(), "only the sample of the key is tokenized");
            assertSameCorpus("unbroken", "killed" + after);
        }
    }

    private int parts(List<Path> texts) throws IOException {
        assertThrows(
                Killed.class,
                () -> prepare(texts, SMALL, "counted", Fakes.diskThatKillsAfter(10_000), 1, p -> {
                    if (p.bytes() == p.totalBytes()) {
                        throw new Killed();
                    }
                }));
        try (var files = Files.list(folder.resolve("counted.parts"))) {
            return (int) files.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .count();
        }
    }

    @Test
    void partsOfOtherTextsOrTokenizersAndDamagedPartsAreMadeAnew() throws IOException {
        var texts = manyTexts();
        assertThrows(
                Killed.class,
                () -> prepare(texts, new CharTokenizer(280, true), "mixed", Fakes.diskThatKillsAfter(9), 1));
        prepare(texts, SMALL, "mixed", Disk.real(), 1);
        prepare(texts, SMALL, "unbroken", Disk.real(), 1);
        assertSameCorpus("unbroken", "mixed");

        assertThrows(Killed.class, () -> prepare(texts, SMALL, "damaged", Fakes.diskThatKillsAfter(9), 1));
        try (var files = Files.list(folder.resolve("damaged.parts"))) {
            for (var file : files.filter(f -> !f.endsWith("lock")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
        prepare(texts, SMALL, "damaged", Disk.real(), 1);
        assertSameCorpus("unbroken", "damaged");
    }

    @Test
    void aChangedTextIsReadAnew() throws IOException {
        var texts = manyTexts();
        assertThrows(Killed.class, () -> prepare(texts, SMALL, "corpus", Fakes.diskThatKillsAfter(9), 1));
        Files.writeString(texts.getFirst(), "changed\n");
        prepare(texts, SMALL, "corpus", Disk.real(), 1);
        prepare(texts, SMALL, "fresh", Disk.real(), 1);
        assertSameCorpus("fresh", "corpus");
    }

    @Test
    void aFullDiskLeavesNothingHalfWrittenAndSaysSo() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        var texts = manyTexts();
        prepare(texts, SMALL, "unbroken", Disk.real(), 1);
        int parts = parts(texts);
        for (int room : new int[] {0, 3, parts, parts + 1}) {
            var error = assertThrows(
                    BorealisException.class,
                    () -> prepare(texts, SMALL, "full" + room, Fakes.diskWithRoomFor(room), 1));
            assertEquals("disk-full", error.code());
            assertTrue(error.getMessage().contains("are left"), error.getMessage());
            assertFalse(Files.exists(folder.resolve("full" + room + ".bin")));
            assertFalse(Files.exists(folder.resolve("full" + room + ".idx")));
            try (var files = Files.walk(folder)) {
                assertEquals(
                        List.of(),
                        files.filter(file -> file.toString().endsWith(Disk.TEMPORARY))
                                .toList());
            }
            prepare(texts, SMALL, "full" + room, Disk.real(), 1);
            assertSameCorpus("unbroken", "full" + room);
        }
    }

    @Test
    void anOldCorpusStaysWhenItsReplacementFails() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        prepare(List.of(write("a.lines", "old")), SMALL, "corpus", Disk.real(), 1);
        var fresh = List.of(write("a.lines", "new"));
        assertThrows(BorealisException.class, () -> prepare(fresh, SMALL, "corpus", Fakes.diskWithRoomFor(1), 1));
        try (var corpus = corpora(Disk.real(), 1).open(folder.resolve("corpus"))) {
            assertEquals(List.of("old"), documents(corpus));
        }
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

    private List<Path> manyTexts() throws IOException {
        var random = new Random(5);
        var texts = new ArrayList<Path>();
        for (String name : List.of("x.lines", "y.lines", "z.lines")) {
            texts.add(write(
                    name,
                    Stream.generate(() -> "w".repeat(1 + random.nextInt(60_000)))
                            .limit(40)
                            .toArray(String[]::new)));
        }
        return texts;
    }

    private Path write(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    private static MegatronCorpora corpora(Disk disk, int threads) {
        return new MegatronCorpora(Fakes.sources(), disk, threads);
    }

    private Prepared prepare(List<Path> texts, Tokenizer tokenizer, String name, Disk disk, int threads) {
        return prepare(texts, tokenizer, name, disk, threads, progress -> {});
    }

    private Prepared prepare(
            List<Path> texts,
            Tokenizer tokenizer,
            String name,
            Disk disk,
            int threads,
            java.util.function.Consumer<Progress> progress) {
        return corpora(disk, threads).prepare(texts, tokenizer, folder.resolve(name), progress);
    }

    private static List<String> documents(org.borealis.data.TokenCorpus corpus) {
        var documents = new ArrayList<String>();
        for (int i = 0; i < corpus.documents(); i++) {
            int[] ids = new int[(int) (corpus.start(i + 1) - corpus.start(i))];
            corpus.read(corpus.start(i), ids, 0, ids.length);
            assertEquals(299, ids[ids.length - 1]);
            documents.add(SMALL.decode(java.util.Arrays.copyOf(ids, ids.length - 1)));
        }
        return documents;
    }

    private void assertSameCorpus(String expected, String actual) throws IOException {
        for (String ending : List.of(".bin", ".idx")) {
            assertEquals(
                    -1,
                    Files.mismatch(folder.resolve(expected + ending), folder.resolve(actual + ending)),
                    actual + ending);
        }
    }

    private void assertOnlyCorpusRemains(String name) throws IOException {
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of(name + ".bin", name + ".idx"),
                    files.map(file -> file.getFileName().toString())
                            .filter(file -> file.startsWith(name))
                            .sorted()
                            .toList());
        }
    }
}
