package org.borealis.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.Checkpoints.Writers;
import org.borealis.checkpoint.safetensors.SafetensorsFile;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several ranks, here threads, write one checkpoint. */
class SharedSaveTest {
    private static final int STATE_FILE_BYTES = 600;
    private static final int MORE_THAN_ALL_CHANGES = 1000;
    private static final int RANKS = 2;

    @TempDir
    Path folder;

    private final DiskCheckpoints checkpoints = on(new Disk.Real());

    private static DiskCheckpoints on(Disk disk) {
        return new DiskCheckpoints(disk, STATE_FILE_BYTES);
    }

    private Path save(int ranks) {
        var failures = ThreadWriters.run(ranks, writer -> Saved.of(1).save(checkpoints, writer, folder, 1));
        failures.forEach(failure -> assertEquals(Optional.empty(), failure));
        return folder.resolve("step-000001");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void whatEachRankWroteOfATensorComesBackAsAWhole(int ranks) {
        var path = save(ranks);
        assertEquals(List.of(), checkpoints.verify(folder));
        try (var checkpoint = checkpoints.open(path)) {
            Saved.of(1).assertSameAs(checkpoint);
        }
    }

    @Test
    void eachRankWritesItsOwnFilesWhichTellWhatIsInThem() {
        var path = save(RANKS);
        for (int rank = 0; rank < RANKS; rank++) {
            try (var file = SafetensorsFile.open(path.resolve("rank-0000" + rank + "-state-00001.safetensors"))) {
                var name = "f64/matrix" + List.of("[0:3, 0:3]", "[0:3, 3:7]").get(rank);
                assertTrue(file.types().containsKey(name), file.types().toString());
            }
        }
    }

    @Test
    void aDiskThatFailsOneRankAtAnyPointFailsAllAndLeavesTheOldCheckpoint() throws IOException {
        for (int rank = 0; rank < RANKS; rank++) {
            for (int at = 1; at < MORE_THAN_ALL_CHANGES; at++) {
                var run = Files.createDirectory(folder.resolve("run-" + rank + "-" + at));
                Saved.of(1).save(checkpoints, run, 1);
                var disk = new FailingDisk(at, false);
                var failures = save(run, rank, on(disk));
                if (!disk.hasFailed()) {
                    failures.forEach(failure -> assertEquals(Optional.empty(), failure));
                    assertTrue(at > 8, "a rank makes more changes than " + at);
                    break;
                }
                String own = message(failures.get(rank));
                assertTrue(own.startsWith("the checkpoint ") && own.contains(FailingDisk.FULL), own);
                assertEquals("rank " + rank + ": " + own, message(failures.get(1 - rank)));
                assertTrue(
                        names(run).equals(List.of("step-000001"))
                                || names(run).equals(List.of("step-000001", "step-000002")),
                        at + ": " + names(run));
                assertEquals(List.of(), checkpoints.verify(run));
            }
        }
    }

    private List<Optional<Throwable>> save(Path run, int rank, DiskCheckpoints its) {
        return ThreadWriters.run(
                RANKS, writer -> Saved.of(2).save(writer.index() == rank ? its : checkpoints, writer, run, 2));
    }

    private static String message(Optional<Throwable> failure) {
        return String.valueOf(failure.orElseThrow().getMessage());
    }

    @Test
    void aRankThatIsKilledAtAnyPointLeavesTheOldCheckpointAndNothingThatPruningDoesNotRemove() throws IOException {
        for (int rank = 0; rank < RANKS; rank++) {
            for (int at = 1; at < MORE_THAN_ALL_CHANGES; at++) {
                var run = Files.createDirectory(folder.resolve("run-" + rank + "-" + at));
                Saved.of(1).save(checkpoints, run, 1);
                var disk = new FailingDisk(at, true);
                var its = on(disk);
                int killed = rank;
                ThreadWriters.run(RANKS, writer -> {
                    if (writer.index() == killed) {
                        Saved.of(2).save(its, new Mortal(writer, disk), run, 2);
                    } else {
                        Saved.of(2).save(checkpoints, writer, run, 2);
                    }
                });
                if (!disk.hasFailed()) {
                    break;
                }
                try (var latest = checkpoints.latest(run, skipped -> {}).orElseThrow()) {
                    Saved.of(latest.step()).assertSameAs(latest);
                }
                assertEquals(List.of(), checkpoints.verify(run), "at " + at);
                UnfinishedSaveTest.asIfByAnotherProcess(run);
                checkpoints.prune(run, 5);
                assertTrue(
                        names(run).stream().allMatch(name -> name.matches("step-\\d+")),
                        names(run).toString());
            }
        }
    }

    /** Says nothing any more once its disk has failed. */
    private record Mortal(Writers writers, FailingDisk disk) implements Writers {
        @Override
        public int index() {
            return writers.index();
        }

        @Override
        public int count() {
            return writers.count();
        }

        @Override
        public List<byte[]> exchange(byte[] own) {
            if (disk.hasFailed()) {
                throw new IllegalStateException("killed");
            }
            return writers.exchange(own);
        }
    }

    @Test
    void aPieceThatFailsToComeOnOneRankFailsAll() {
        var failures = ThreadWriters.run(RANKS, writer -> {
            var piece = new Piece("of rank " + writer.index(), TensorType.of(DataType.UINT8, 0), _ -> {
                throw new IllegalStateException("device lost");
            });
            var pieces = writer.index() == 1 ? List.of(piece) : List.<Piece>of();
            checkpoints.save(writer, folder, 1, pieces, Map.of(), Map.of());
        });
        assertEquals("rank 1: device lost", message(failures.get(0)));
        assertEquals("device lost", message(failures.get(1)));
        assertEquals(List.of(), names(folder));
    }

    @Test
    void partsThatAreMissingOrThereTwiceAreNoCheckpoint() {
        var missing = ThreadWriters.run(
                RANKS,
                writer -> checkpoints.save(
                        writer,
                        folder,
                        1,
                        writer.index() == 0 ? Saved.of(1).pieces(writer) : List.of(),
                        Map.of(),
                        Map.of()));
        assertTrue(message(missing.get(0)).contains("should end at 7 along dim 1"), message(missing.get(0)));
        var twice = ThreadWriters.run(
                RANKS, writer -> checkpoints.save(writer, folder, 1, Saved.of(1).pieces(), Map.of(), Map.of()));
        assertTrue(message(twice.get(1)).contains("twice"), message(twice.get(1)));
        var other = ThreadWriters.run(RANKS, writer -> {
            var type = TensorType.of(writer.index() == 0 ? DataType.UINT8 : DataType.BOOL, 0);
            var piece = new Piece("a", type, arena -> arena.allocate(0));
            checkpoints.save(writer, folder, 1, List.of(piece), Map.of(), Map.of());
        });
        assertTrue(message(other.get(1)).contains("'a' is there as "), message(other.get(1)));
        assertEquals(List.of(), names(folder));
    }

    @Test
    void ranksThatDoNotShareAFileSystemAreToldSo() throws IOException {
        Files.createDirectory(folder.resolve("here"));
        Files.createDirectory(folder.resolve("there"));
        var failures = ThreadWriters.run(
                RANKS,
                writer -> Saved.of(1)
                        .save(checkpoints, writer, folder.resolve(writer.index() == 0 ? "here" : "there"), 1));
        for (var failure : failures) {
            assertTrue(message(failure).contains("has to be on a file system that they share"), message(failure));
        }
        assertEquals(List.of(), names(folder.resolve("here")));
        assertEquals(List.of(), names(folder.resolve("there")));
    }

    @Test
    void aFileThatTheFirstRankDoesNotSeeIsNamed() {
        var failures = ThreadWriters.run(RANKS, writer -> {
            var bytes = TensorType.of(DataType.UINT8, STATE_FILE_BYTES);
            var pieces = List.of(
                    new Piece("first", bytes, arena -> arena.allocate(STATE_FILE_BYTES)),
                    new Piece("second", bytes, arena -> {
                        delete("rank-00001-state-00001.safetensors");
                        return arena.allocate(STATE_FILE_BYTES);
                    }));
            checkpoints.save(writer, folder, 1, writer.index() == 1 ? pieces : List.of(), Map.of(), Map.of());
        });
        for (var failure : failures) {
            assertTrue(
                    message(failure)
                            .matches(".*rank 1 wrote .*rank-00001-state-00001.safetensors .*sees no such file; .*"),
                    message(failure));
        }
        assertEquals(List.of(), names(folder));
    }

    private void delete(String file) {
        try {
            Files.delete(folder.resolve(names(folder).getFirst()).resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The digest of these is right: someone wrote them with intent. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"offset\" : [ 0, 3 ] -> \"offset\" : [ 0, 2 ]",
                "\"offset\" : [ 0, 3 ] -> \"offset\" : [ 0, 4 ]",
                "\"offset\" : [ 0, 3 ] -> \"offset\" : [ 0, 0 ]",
                "\"offset\" : [ 0, 3 ] -> \"offset\" : [ 1, 3 ]",
                "\"offset\" : [ 0, 3 ] -> \"offset\" : [ 0, 7 ]",
                "\"offset\" : [ 0, 3 ] -> \"offset\" : [ 0, -3 ]",
                "\"offset\" : [ 0, 3 ] -> \"offset\" : [ 0, 2147483647 ]",
                "\"offset\" : [ 0, 3 ] -> \"offset\" : [ 3 ]",
                "\"offset\" : [ 0, 3 ] -> \"offset\" : 3",
                "\"offset\" : [ 0, 0 ] -> \"offset\" : [ 0, 1 ]",
                "\"shape\" : [ 3, 4 ] -> \"shape\" : [ 3, 3 ]",
                "\"shape\" : [ 3, 4 ] -> \"shape\" : [ 3, 5 ]",
                "\"shape\" : [ 3, 4 ] -> \"shape\" : [ 2, 4 ]",
                "\"shape\" : [ 3, 4 ] -> \"shape\" : [ 3, 2147483647 ]",
                "\"shape\" : [ 3, 7 ] -> \"shape\" : [ 3, 8 ]",
                "\"shape\" : [ 3, 7 ] -> \"shape\" : [ 3, 3 ]",
                "\"shape\" : [ 3, 7 ] -> \"shape\" : [ 21 ]",
                "\"parts\" : -> \"pants\" :",
                "\"file\" : \"rank-00001-state-00001.safetensors\" -> \"file\" : \"rank-00000-state-00001.safetensors\"",
                "\"file\" : \"rank-00001-state-00001.safetensors\" -> \"file\" : \"rank-00002-state-00001.safetensors\"",
                "\"file\" : \"rank-00001-state-00001.safetensors\" -> \"file\" : \"recipe.resolved.yaml\"",
            })
    void aManifestWhosePartsAreNotTheWholeIsRefused(String replacement) throws IOException {
        var checkpoint = save(RANKS);
        String[] parts = replacement.split(" -> ");
        AlteredCheckpointTest.rewriteManifest(checkpoint, text -> text.replace(parts[0], parts[1]));
        assertFalse(checkpoints.verify(checkpoint).isEmpty());
        assertThrows(BorealisException.class, () -> checkpoints.open(checkpoint));
    }

    @Test
    void aFileOfAnyRankThatIsMissingIsNamed() throws IOException {
        var checkpoint = save(RANKS);
        Files.delete(checkpoint.resolve("rank-00001-state-00001.safetensors"));
        assertEquals(List.of("rank-00001-state-00001.safetensors is missing"), checkpoints.verify(checkpoint));
    }

    private static List<String> names(Path run) {
        try {
            return UnfinishedSaveTest.names(run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
