package org.borealis.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictFilesTest {
    private static final Instant DATE = Instant.parse("2026-02-03T04:05:06Z");
    private static final LastVerdict GOOD = new LastVerdict("torch", "torch 1.0", "abc", "libtorch", DATE, 3000, 0);

    @TempDir
    Path folder;

    private VerdictFiles files() {
        return new VerdictFiles(folder.resolve("deep").resolve("down"));
    }

    @Test
    void whatIsKeptIsReadAndNothingElseIsLeft() throws IOException {
        files().keep(new LastVerdict("torch", "torch 0.9", "", "", DATE, 1, 2));
        files().keep(GOOD);
        assertEquals(Optional.of(GOOD), files().read("torch"));
        assertEquals(Optional.empty(), files().read("reference"));
        try (var left = Files.list(files().folder())) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void namesAreNeverPaths() {
        assertEquals(Optional.empty(), files().read("../torch"));
        var verdict = new LastVerdict("../torch", "", "", "", DATE, 1, 0);
        assertThrows(BorealisException.class, () -> files().keep(verdict));
    }

    @Test
    void aBrokenFileIsAnErrorThatNamesIt() throws IOException {
        files().keep(GOOD);
        var file = files().folder().resolve("torch.json");
        String good = Files.readString(file);
        for (var bad : new String[] {
            "",
            "[]",
            "{",
            good + good,
            good.replace("\"torch\"", "\"other\""),
            good.replace("3000", "-1"),
            good.replace("3000", "1e99"),
            good.replace("2026-02-03T04:05:06Z", "yesterday"),
            good.replace("libtorch", "x".repeat(1000)),
            " ".repeat(1 << 20) + good
        }) {
            Files.writeString(file, bad);
            var error = assertThrows(BorealisException.class, () -> files().read("torch"), bad);
            assertTrue(error.getMessage().contains("torch.json"), error.getMessage());
            assertTrue(ConformanceDiagnosis.finding(files(), "torch", new Installed("", ""))
                    .contains("delete it"));
        }
    }

    @Test
    void whatSteersATerminalIsNotPrinted() throws IOException {
        files().keep(new LastVerdict("torch", "torch 1.0", "", "\u001b[2Jlibtorch\n", DATE, 1, 0));
        assertEquals("?[2Jlibtorch?", files().read("torch").orElseThrow().device());
    }

    @Test
    void theDoctorSaysWhatWasSeenAndWhetherItStillHolds() {
        assertEquals(
                "never run: borealis conformance --backend torch",
                ConformanceDiagnosis.finding(files(), "torch", new Installed("torch 1.0", "abc")));
        files().keep(GOOD);
        assertEquals(
                "all 3000 cases passed on 2026-02-03, libtorch",
                ConformanceDiagnosis.finding(files(), "torch", new Installed("torch 1.0", "abc")));
        assertEquals(
                "all 3000 cases passed on 2026-02-03, libtorch; the bundle has changed since, from torch 1.0 to torch"
                        + " 1.0: borealis conformance --backend torch",
                ConformanceDiagnosis.finding(files(), "torch", new Installed("torch 1.0", "def")));
        files().keep(new LastVerdict("torch", "torch 1.0", "abc", "libtorch", DATE, 2999, 1));
        assertEquals(
                "1 of 3000 cases FAILED on 2026-02-03, libtorch",
                ConformanceDiagnosis.finding(files(), "torch", new Installed("torch 1.0", "abc")));
    }
}
