package org.borealis.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.borealis.corpora.Fakes.CharTokenizer;
import org.borealis.corpora.Fakes.Killed;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;

/** Kills, full disks, and what was left behind by earlier preparations. */
final class PreparationFailureTest extends PreparationFixture {
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
}
