package org.borealis.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    Path runs;

    @Test
    void aSecondProcessIsRefusedWithTheFirstOnesNumber() {
        try (var first = RunFolder.open(runs, "mine")) {
            var refused = assertThrows(BorealisException.class, () -> RunFolder.open(runs, "mine"));
            assertEquals("run-in-use", refused.code());
            assertTrue(
                    refused.getMessage()
                            .contains("process " + ProcessHandle.current().pid()),
                    refused.getMessage());
            assertEquals(runs.resolve("mine"), first.path());
        }
        RunFolder.open(runs, "mine").close();
    }

    @Test
    void aFolderInWhichNothingCameToBeIsRemoved() throws Exception {
        try (var folder = RunFolder.open(runs, "mine")) {
            Files.createFile(folder.log());
        }
        assertFalse(Files.exists(runs.resolve("mine")));
        try (var folder = RunFolder.open(runs, "mine")) {
            Files.writeString(folder.log(), "something happened");
        }
        assertTrue(Files.exists(runs.resolve("mine").resolve("log.txt")));
    }

    @Test
    void onlyWhatRanksSaidIsLeftWhereNothingElseCameToBe() throws Exception {
        var said = runs.resolve("mine").resolve("logs").resolve("rank-0.txt");
        Files.createDirectories(said.getParent());
        Files.writeString(said, "borealis: no");
        try (var folder = RunFolder.open(runs, "mine")) {
            Files.createFile(folder.log());
        }
        try (var left = Files.walk(runs.resolve("mine"))) {
            assertEquals(List.of(said), left.filter(Files::isRegularFile).toList());
        }
    }

    @Test
    void namesThatLeaveTheFolderAreRefused() {
        for (var name : new String[] {"", "..", "a/b", "/tmp", ".hidden"}) {
            assertThrows(BorealisException.class, () -> RunFolder.open(runs, name), name);
        }
    }

    @Test
    void aRunMovesAsideWithoutHidingAnother() {
        for (int i = 1; i <= 2; i++) {
            try (var folder = RunFolder.open(runs, "mine")) {
                RunFolder.write(folder.events(), new byte[] {1});
                assertTrue(folder.hasRun());
                assertEquals(runs.resolve("mine." + i), folder.moveAside());
            }
        }
        assertTrue(Files.exists(runs.resolve("mine.1").resolve("events.jsonl")));
    }
}
