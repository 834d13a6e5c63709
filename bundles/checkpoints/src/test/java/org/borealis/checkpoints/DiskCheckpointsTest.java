package org.borealis.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.Checkpoints.Writers;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCheckpointsTest {
    private static final int STATE_FILE_BYTES = 400; // so that a test's tensors fill several files

    @TempDir
    Path folder;

    private final DiskCheckpoints checkpoints = new DiskCheckpoints(new Disk.Real(), STATE_FILE_BYTES);

    @Test
    void everythingComesBackBitForBitFromSeveralFiles() throws IOException {
        var saved = Saved.of(1);
        var path = saved.save(checkpoints, folder.resolve("run/checkpoints"), 100);
        assertEquals(folder.resolve("run/checkpoints/step-000100"), path);
        assertTrue(Files.exists(path.resolve("state-00002.safetensors")));
        for (var from : List.of(path, folder.resolve("run"), folder.resolve("run/checkpoints"))) {
            try (var checkpoint = checkpoints.open(from)) {
                assertEquals(100, checkpoint.step());
                assertEquals(path, checkpoint.path());
                saved.assertSameAs(checkpoint);
                assertEquals(Optional.empty(), checkpoint.attachment("state-00001.safetensors"));
                assertEquals(Optional.empty(), checkpoint.attachment("../../escape"));
            }
        }
    }

    @Test
    void aCheckpointOfNothingIsACheckpoint() {
        var path = checkpoints.save(Writers.ALONE, folder, 0, List.of(), Map.of(), Map.of());
        try (var checkpoint = checkpoints.open(path)) {
            assertTrue(checkpoint.types().isEmpty());
        }
    }

    @Test
    void memoryThatOnlyThisThreadMayReadIsWritten() {
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(3 << 20, 64).fill((byte) 5);
            var piece = new Piece("a", TensorType.of(DataType.UINT8, 3 << 20), _ -> segment);
            var path = checkpoints.save(Writers.ALONE, folder, 1, List.of(piece), Map.of(), Map.of());
            try (var checkpoint = checkpoints.open(path)) {
                assertEquals(-1, checkpoint.read("a").mismatch(segment));
            }
        }
    }

    @Test
    void savingAStepAgainReplacesIt() {
        Saved.of(1).save(checkpoints, folder, 5);
        var path = Saved.of(2).save(checkpoints, folder, 5);
        try (var checkpoint = checkpoints.open(path)) {
            Saved.of(2).assertSameAs(checkpoint);
        }
        assertEquals(List.of(path), children());
    }

    @Test
    void pruningKeepsTheNewestWholeOnes() throws IOException {
        for (int step = 1; step <= 6; step++) {
            Saved.of(step).save(checkpoints, folder, step);
        }
        Files.delete(folder.resolve("step-000005/state-00001.safetensors"));
        checkpoints.prune(folder, 2);
        assertEquals(
                List.of("step-000004", "step-000005", "step-000006"),
                children().stream().map(path -> path.getFileName().toString()).toList());
        checkpoints.prune(folder, 10);
        assertEquals(3, children().size());
        assertThrows(IllegalArgumentException.class, () -> checkpoints.prune(folder, 0));
    }

    @Test
    void pruningRemovesWhatDeadProcessesLeftAndNotWhatLivingOnesWrite() throws IOException {
        var living = CheckpointFolder.unfinished(folder.resolve("step-000007"));
        var dead = List.of(
                folder.resolve("step-000007.tmp-" + ProcessHandle.current().pid() + "-12345"),
                folder.resolve("step-000008.tmp-999999999-1"));
        Files.createDirectory(living);
        for (var path : dead) {
            Files.createDirectory(path);
            Files.writeString(path.resolve("state-00001.safetensors"), "half");
        }
        Files.createDirectory(folder.resolve("notes"));
        checkpoints.prune(folder, 3);
        assertEquals(List.of(folder.resolve("notes"), living), children());
    }

    @Test
    void latestNamesBrokenOnesThatAreNewer() throws IOException {
        Saved.of(1).save(checkpoints, folder, 1);
        Saved.of(2).save(checkpoints, folder, 2);
        Saved.of(3).save(checkpoints, folder, 3);
        flip(folder.resolve("step-000003/state-00002.safetensors"));
        Files.delete(folder.resolve("step-000002/manifest.json"));
        var skipped = new ArrayList<String>();
        try (var checkpoint = checkpoints
                .latest(folder, e -> skipped.add(e.step() + " " + e.problem().orElseThrow()))
                .orElseThrow()) {
            Saved.of(1).assertSameAs(checkpoint);
        }
        assertEquals(2, skipped.size());
        assertTrue(skipped.get(0).startsWith("3 state-00002.safetensors is altered"), skipped.get(0));
        assertEquals("2 manifest.json is missing", skipped.get(1));
    }

    @Test
    void openingABrokenOneNamesFileDigestsAndTheNewestGoodOne() throws IOException {
        Saved.of(1).save(checkpoints, folder, 1);
        var path = Saved.of(2).save(checkpoints, folder, 2);
        var file = path.resolve("state-00001.safetensors");
        String before = Digest.of(file);
        flip(file);
        var failure = assertThrows(BorealisException.class, () -> checkpoints.open(path));
        for (String part : List.of(file.getFileName().toString(), before, Digest.of(file), "step-000001")) {
            assertTrue(failure.getMessage().contains(part), failure.getMessage());
        }
        assertEquals(1, checkpoints.verify(path).size());
        assertEquals(1, checkpoints.verify(folder).size());
        assertEquals(List.of(), checkpoints.verify(folder.resolve("step-000001")));
    }

    @Test
    void aFolderWithoutCheckpointsSaysSo() {
        assertEquals(Optional.empty(), checkpoints.latest(folder, e -> {}));
        assertEquals(Optional.empty(), checkpoints.latest(folder.resolve("none"), e -> {}));
        assertTrue(assertThrows(BorealisException.class, () -> checkpoints.open(folder.resolve("none")))
                .getMessage()
                .contains("no such folder"));
        assertFalse(checkpoints.verify(folder).isEmpty());
    }

    @Test
    void namesThatWouldLeaveTheFolderOrCollideAreRefused() {
        for (String name :
                List.of("../x", "a/b", "", ".hidden", "manifest.json", "manifest.sha256", "state-00001.safetensors")) {
            assertThrows(
                    BorealisException.class,
                    () -> checkpoints.save(Writers.ALONE, folder, 1, List.of(), Map.of(), Map.of(name, new byte[0])),
                    name);
        }
        var piece = new Piece("twice", TensorType.of(DataType.UINT8, 0), _ -> MemorySegment.NULL);
        var failure = assertThrows(
                BorealisException.class,
                () -> checkpoints.save(Writers.ALONE, folder, 1, List.of(piece, piece), Map.of(), Map.of()));
        assertTrue(failure.getMessage().contains("'twice'"));
        assertEquals(List.of(), children());
    }

    @Test
    void aTensorThatFailsToComeLeavesNothing() {
        var bad = new Piece("bad", TensorType.of(DataType.UINT8, 2), _ -> {
            throw new IllegalStateException("device lost");
        });
        var wrongSize = new Piece("short", TensorType.of(DataType.UINT8, 2), _ -> MemorySegment.ofArray(new byte[1]));
        for (var piece : List.of(bad, wrongSize)) {
            assertThrows(
                    IllegalStateException.class,
                    () -> checkpoints.save(Writers.ALONE, folder, 1, List.of(piece), Map.of(), Map.of()));
            assertEquals(List.of(), children());
        }
    }

    private List<Path> children() {
        try (var paths = Files.list(folder)) {
            return paths.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }
}
