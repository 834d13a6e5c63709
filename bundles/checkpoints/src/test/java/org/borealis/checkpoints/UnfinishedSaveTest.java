package org.borealis.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnfinishedSaveTest {
    private static final int STATE_FILE_BYTES = 400;
    private static final int MORE_THAN_ALL_CHANGES = 1000;

    @TempDir
    Path folder;

    private final DiskCheckpoints checkpoints = new DiskCheckpoints(new Disk.Real(), STATE_FILE_BYTES);

    private static DiskCheckpoints on(Disk disk) {
        return new DiskCheckpoints(disk, STATE_FILE_BYTES);
    }

    @Test
    void aDiskThatFailsAtAnyPointLeavesTheOldCheckpointAndNothingHalfWritten() throws IOException {
        for (int at = 1; at < MORE_THAN_ALL_CHANGES; at++) {
            var run = Files.createDirectory(folder.resolve("run" + at));
            Saved.of(1).save(checkpoints, run, 1);
            var disk = new FailingDisk(at, false);
            if (saves(disk, run, 2)) {
                assertFalse(disk.hasFailed());
                assertTrue(at > 20, "a save makes more changes than " + at);
                return;
            }
            // Only making the last name durable can fail when the checkpoint is there already.
            var names = names(run);
            assertTrue(
                    names.equals(List.of("step-000001")) || names.equals(List.of("step-000001", "step-000002")),
                    at + ": " + names);
            assertEquals(List.of(), checkpoints.verify(run));
        }
    }

    @Test
    void aProcessThatIsKilledAtAnyPointLeavesTheOldCheckpoint() throws IOException {
        for (int at = 1; at < MORE_THAN_ALL_CHANGES; at++) {
            var run = Files.createDirectory(folder.resolve("run" + at));
            Saved.of(1).save(checkpoints, run, 1);
            if (saves(new FailingDisk(at, true), run, 2)) {
                return;
            }
            try (var latest = checkpoints.latest(run, skipped -> {}).orElseThrow()) {
                Saved.of(latest.step()).assertSameAs(latest);
            }
            assertEquals(List.of(), checkpoints.verify(run), "at " + at);
            asIfByAnotherProcess(run);
            checkpoints.prune(run, 5);
            assertTrue(
                    names(run).stream().allMatch(name -> name.matches("step-\\d+")),
                    names(run).toString());
        }
    }

    @Test
    void aProcessThatIsKilledWhileItReplacesACheckpointLeavesOneOfTheTwo() throws IOException {
        for (int at = 1; at < MORE_THAN_ALL_CHANGES; at++) {
            var run = Files.createDirectory(folder.resolve("run" + at));
            Saved.of(2).save(checkpoints, run, 2);
            var again = on(new FailingDisk(at, true));
            try {
                Saved.of(3).save(again, run, 2);
                return;
            } catch (BorealisException e) {
                asIfByAnotherProcess(run);
                assertOneOfTheTwo(run);
                checkpoints.prune(run, 1);
                assertOneOfTheTwo(run);
                assertEquals(1, names(run).size(), names(run).toString());
                Saved.of(4).save(checkpoints, run, 2);
                checkpoints.prune(run, 1);
                assertEquals(List.of("step-000002"), names(run));
            }
        }
    }

    private void assertOneOfTheTwo(Path run) {
        try (var latest = checkpoints.latest(run, skipped -> {}).orElseThrow()) {
            var type = latest.types().keySet().iterator().next();
            boolean isOld = latest.read(type).get(ValueLayout.JAVA_BYTE, 0)
                    == Saved.of(2).elements().getOrDefault(type, new byte[1])[0];
            Saved.of(isOld ? 2 : 3).assertSameAs(latest);
        }
    }

    @Test
    void aProcessThatIsKilledWhilePruningLeavesWholeCheckpoints() throws IOException {
        for (int at = 1; at < MORE_THAN_ALL_CHANGES; at++) {
            var run = Files.createDirectory(folder.resolve("run" + at));
            for (int step = 1; step <= 4; step++) {
                Saved.of(step).save(checkpoints, run, step);
            }
            var disk = new FailingDisk(at, true);
            try {
                on(disk).prune(run, 2);
                assertFalse(disk.hasFailed());
                return;
            } catch (BorealisException e) {
                assertEquals(List.of(), checkpoints.verify(run), "at " + at);
                asIfByAnotherProcess(run);
                checkpoints.prune(run, 2);
                assertEquals(List.of("step-000003", "step-000004"), names(run));
            }
        }
    }

    @Test
    void aFullDiskSaysHowMuchWasNeededAndIsFree() {
        var failure =
                assertThrows(BorealisException.class, () -> Saved.of(1).save(on(new FailingDisk(8, false)), folder, 1));
        assertTrue(
                failure.getMessage()
                        .matches(".*step-000001.*No space left.* needs [\\d.]+ .?B.* has [\\d.]+ .?B free.*"),
                failure.getMessage());
    }

    @Test
    void aDiskThatIsTooSmallIsNotEvenWrittenTo() {
        var real = new FailingDisk(MORE_THAN_ALL_CHANGES, false);
        Disk small = new Disk() {
            @Override
            public void createFolder(Path path) throws IOException {
                real.createFolder(path);
            }

            @Override
            public Output create(Path file) {
                throw new AssertionError("wrote " + file);
            }

            @Override
            public void sync(Path path) throws IOException {
                real.sync(path);
            }

            @Override
            public void rename(Path from, Path to) throws IOException {
                real.rename(from, to);
            }

            @Override
            public void delete(Path path) throws IOException {
                real.delete(path);
            }

            @Override
            public long free(Path path) {
                return 1;
            }
        };
        var failure = assertThrows(BorealisException.class, () -> Saved.of(1).save(on(small), folder, 1));
        assertTrue(failure.getMessage().contains("has 1 B free"), failure.getMessage());
    }

    private static boolean saves(Disk disk, Path run, long step) {
        try {
            Saved.of(step).save(on(disk), run, step);
            return true;
        } catch (BorealisException e) {
            assertTrue(e.getMessage().contains(FailingDisk.FULL), e.getMessage());
            return false;
        }
    }

    /** Names what is left after a process that is not this one. */
    static void asIfByAnotherProcess(Path run) throws IOException {
        for (String name : names(run)) {
            Files.move(run.resolve(name), run.resolve(name.replaceFirst("-\\d+-\\d+$", "-999999999-1")));
        }
    }

    static List<String> names(Path run) throws IOException {
        try (var paths = Files.list(run)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
