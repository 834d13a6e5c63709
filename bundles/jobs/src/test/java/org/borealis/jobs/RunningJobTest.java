package org.borealis.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.borealis.cluster.Submission;
import org.borealis.cluster.Submission.Program;
import org.borealis.cluster.Submission.Voices;
import org.borealis.command.Interruption;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that end well, fail, die, hang, or are left alone. */
@Timeout(60)
class RunningJobTest {
    private static final Duration NEVER = Duration.ZERO;
    private static final Duration GRACE = Duration.ofSeconds(5);
    /** For ranks that do not obey in any case. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Wish wish = new Wish();

    /** A wish that a test can have. */
    static final class Wish implements Interruption {
        private volatile boolean isRequested;

        @Override
        public boolean requested() {
            return isRequested;
        }

        @Override
        public void onRequest(Runnable action) {
            throw new UnsupportedOperationException();
        }
    }

    static Submission ranks(int size, String... words) {
        var programs = new ArrayList<Program>();
        for (int rank = 0; rank < size; rank++) {
            var command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    RankProgram.class.getName()));
            command.addAll(List.of(words));
            programs.add(new Program(Map.of("BOREALIS_RANK", Integer.toString(rank)), command, new Voices.Rank(rank)));
        }
        return new Submission(List.of(), programs, false);
    }

    private RankVoices voices() {
        return new RankVoices(
                folder.resolve("logs"),
                "--- test",
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private Outcome run(RankVoices voices, Submission job, Duration silence, Duration whole, Duration grace)
            throws Exception {
        return new RunningJob(new RunningJob.Limits(silence, whole, grace), wish, voices).run(job, folder);
    }

    private Outcome run(Submission job) throws Exception {
        try (var voices = voices()) {
            return run(voices, job, NEVER, NEVER, GRACE);
        }
    }

    private long pid(int rank) throws Exception {
        Path file = folder.resolve("pid-" + rank);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Files.exists(file) || Files.size(file) == 0) {
            assertTrue(System.nanoTime() < end, "rank " + rank + " does not begin");
            Thread.sleep(10);
        }
        return Long.parseLong(Files.readString(file));
    }

    private void assertNobodyIsLeft(int ranks) throws Exception {
        for (int rank = 0; rank < ranks; rank++) {
            long pid = pid(rank);
            assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false), "rank " + rank + " lives on");
        }
    }

    private static void signal(String name, long pid) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor());
    }

    @Test
    void linesAreMergedWithTheirRankAndKeptInFiles() throws Exception {
        assertEquals(Outcome.done(), run(ranks(3, "speak")));
        for (int rank = 0; rank < 3; rank++) {
            assertTrue(out.toString(StandardCharsets.UTF_8).contains("[" + rank + "] rank " + rank + " begins\n"));
            assertTrue(err.toString(StandardCharsets.UTF_8).contains("[" + rank + "] to standard error\n"));
            var lines = Files.readAllLines(folder.resolve("logs/rank-" + rank + ".txt"));
            assertEquals("--- test", lines.getFirst());
            assertEquals(
                    java.util.Set.of("--- test", "rank " + rank + " begins", "to standard error"),
                    java.util.Set.copyOf(lines));
        }
        run(ranks(1, "speak"));
        assertEquals(6, Files.readAllLines(folder.resolve("logs/rank-0.txt")).size());
    }

    @Test
    void theFirstRankThatFailsEndsTheOthersAndItsErrorIsKept() throws Exception {
        try (var voices = voices()) {
            var outcome = run(voices, ranks(3, "fail", "1"), NEVER, NEVER, GRACE);
            assertEquals(Outcome.failed(OptionalInt.of(1), 7), outcome);
            assertEquals("rank 1 failed with exit code 7", outcome.reason());
            assertEquals(
                    List.of("borealis: the loss of rank 1 is not finite", "  look at the data"), voices.complaint(1));
        }
        assertNobodyIsLeft(3);
    }

    @Test
    void aRankThatIsKilledIsTheCauseAndNotThoseThatMissIt() throws Exception {
        var job = CompletableFuture.supplyAsync(() -> {
            try {
                return run(ranks(3, "wait"));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        for (int rank = 0; rank < 3; rank++) {
            pid(rank);
        }
        signal("KILL", pid(2));
        var outcome = job.get(30, TimeUnit.SECONDS);
        assertEquals(137, outcome.code());
        assertEquals(OptionalInt.of(2), outcome.rank());
        assertTrue(outcome.reason().startsWith("rank 2 was ended by signal 9 (SIGKILL"), outcome.reason());
        assertNobodyIsLeft(3);
    }

    @Test
    void aRankThatComplainsBesideOneThatWasKilledIsNotTheCause() throws Exception {
        var complains = ranks(2, "complain", "0").programs().get(0);
        var dies = ranks(2, "die", "1").programs().get(1);
        var outcome = run(new Submission(List.of(), List.of(complains, dies), false));
        assertTrue(outcome.rank().equals(OptionalInt.of(1)) || outcome.rank().equals(OptionalInt.of(0)));
        assertEquals(outcome.rank().getAsInt() == 1 ? 137 : 1, outcome.code());
        assertNobodyIsLeft(2);
    }

    @Test
    void aJobThatHangsIsStoppedAndLeavesThreadDumpsInItsFiles() throws Exception {
        try (var voices = voices()) {
            var outcome = run(voices, ranks(2, "stubborn"), Duration.ofSeconds(3), NEVER, SHORT);
            assertEquals(Outcome.TIMED_OUT, outcome.code());
            assertTrue(outcome.reason().contains("no rank has said anything for 3s"), outcome.reason());
            assertTrue(outcome.reason().contains("\n  [1] rank 1 begins"), outcome.reason());
        }
        assertNobodyIsLeft(2);
        assertTrue(Files.readString(folder.resolve("logs/rank-1.txt")).contains("Full thread dump"));
        assertFalse(out.toString(StandardCharsets.UTF_8).contains("Full thread dump"));
    }

    @Test
    void aRankThatIsStoppedBySignalIsStillEnded() throws Exception {
        var stop = CompletableFuture.runAsync(() -> {
            try {
                Thread.sleep(50); // so that the file is whole
                signal("STOP", pid(0));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        try (var voices = voices()) {
            assertEquals(
                    124,
                    run(voices, ranks(1, "wait"), NEVER, Duration.ofSeconds(2), SHORT)
                            .code());
        }
        stop.get(10, TimeUnit.SECONDS);
        assertNobodyIsLeft(1);
    }

    @Test
    void whoeverWishesTheEndGetsItAfterTheRanksHaveSaved() throws Exception {
        CompletableFuture.runAsync(() -> {
            try {
                pid(0);
                pid(1);
                Thread.sleep(300);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                wish.isRequested = true;
            }
        });
        assertEquals(Outcome.INTERRUPTED, run(ranks(2, "save")).code());
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("[0] saved\n"), out::toString);
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("[1] saved\n"), out::toString);
        assertNobodyIsLeft(2);
    }

    @Test
    void noRankOutlivesALauncherThatIsKilled() throws Exception {
        var launcher = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LaunchingProgram.class.getName(),
                        "2",
                        "stubborn")
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out.txt").toFile())
                .redirectErrorStream(true)
                .start();
        List<Long> ranks = List.of(pid(0), pid(1));
        Thread.sleep(300);
        signal("STOP", ranks.getFirst());
        signal("KILL", launcher.pid());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (ranks.stream()
                .anyMatch(
                        pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))) {
            assertTrue(System.nanoTime() < end, "ranks outlive the launcher");
            Thread.sleep(50);
        }
    }

    @Test
    void markedLinesAreToldApartAndObituariesAreRead() throws Exception {
        var voices = new Voices.Ranks(
                Pattern.compile("(?<rank>\\d+): "), Pattern.compile("end: task (?<rank>\\d+) code (?<code>\\d+)"));
        var line = "echo '0: a'; echo '1: borealis: b' >&2; echo c; echo 'end: task 1 code 6'; exit 143";
        var job = Submission.of(new Program(Map.of(), List.of("sh", "-c", line), voices));
        try (var heard = voices()) {
            assertEquals(Outcome.failed(OptionalInt.of(1), 6), run(heard, job, NEVER, NEVER, GRACE));
            assertEquals(List.of("borealis: b"), heard.complaint(1));
        }
        assertEquals("[0] a\nc\nend: task 1 code 6\n", out.toString(StandardCharsets.UTF_8));
        assertEquals("[1] borealis: b\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        var job = Submission.of(new Program(Map.of(), List.of("no-such-mpiexec"), new Voices.Queue()));
        var complaint = assertThrows(BorealisException.class, () -> run(job));
        assertTrue(complaint.getMessage().startsWith("no-such-mpiexec can't be started"), complaint::getMessage);
    }
}
