package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.borealis.acceptance.Workplace.Running;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ranks that are killed or stopped: the job notices, leaves no process behind, and goes on where it may. */
@Timeout(600)
class LostRanksIT {
    private static final int KILLS = Workplace.KILLS;
    /** Enough to go on with after the last kill. */
    private static final int STEPS = 20 + 4 * KILLS;
    /** About what a job takes to its first steps. */
    private static final long START_MILLIS = 8000;

    private static final long SEED = 20_261_123;
    private static final List<String> SETTINGS = List.of(
            "backend=onednn",
            "batch.micro=2",
            "reduction=exact",
            "steps=" + STEPS,
            "evaluate.every=7",
            "checkpoint.every=1");

    @TempDir
    static Path folder;

    private static Workplace work;

    @BeforeAll
    static void trainAtOneGo() throws Exception {
        work = new Workplace(folder);
        work.train("unbroken", SETTINGS.toArray(String[]::new)).succeeded();
    }

    private static Running launch(String name, String... more) throws Exception {
        var words = new ArrayList<>(List.of("launch", "tiny.yaml", "--set", "name=" + name, "--set", "mesh=data=2"));
        SETTINGS.forEach(setting -> words.addAll(List.of("--set", setting)));
        words.addAll(List.of(more));
        return work.start(words.toArray(String[]::new));
    }

    @Test
    void aKilledRankIsReplacedAndTheLossesAreThoseOfTheUnbrokenRun() throws Exception {
        var random = new Random(SEED);
        var running = launch("killed", "--restarts", Integer.toString(KILLS));
        int whileSaving = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            var ranks = awaitRanks(running, "killed");
            if (kill % 2 == 0) {
                awaitSaving(running, "killed", ranks, random.nextInt(1, 6));
            } else {
                Thread.sleep(random.nextLong(START_MILLIS)); // while it starts, meets, loads or trains
            }
            int victim = random.nextInt(ranks.size());
            ranks.get(victim).destroyForcibly();
            boolean isSaving = isSaving("killed", ranks);
            whileSaving += isSaving ? 1 : 0;
            System.err.println("kill " + kill + " of seed " + SEED + ": process " + victim
                    + (isSaving ? ", with a checkpoint half written" : ""));
            running.awaitWords("restart " + kill + " of " + KILLS);
        }
        running.await().succeeded();
        assertTrue(whileSaving > 0, "no kill met a checkpoint half written; seed " + SEED);
        assertUnbroken("killed");
    }

    @Test
    void anElasticJobGoesOnWithFewerRanks() throws Exception {
        var running = launch("shrunk", "--restarts", "1", "--elastic", "--set", "parallel=[data.zero=3]");
        var ranks = awaitRanks(running, "shrunk");
        awaitSaving(running, "shrunk", ranks, 3);
        ranks.getLast().destroyForcibly();
        var ended = running.await().succeeded();
        assertTrue(ended.err().contains("starting again on data=1, restart 1 of 1"), ended::err);
        assertTrue(ended.out().contains("[0] resuming from step "), ended::out);
        assertUnbroken("shrunk");
    }

    @Test
    void aStoppedRankIsNoticed() throws Exception {
        var running = launch("stopped", "--set", "timeout=5", "--grace", "2s", "--set", "steps=100000");
        var ranks = awaitRanks(running, "stopped");
        awaitSaving(running, "stopped", ranks, 3);
        new ProcessBuilder("kill", "-STOP", Long.toString(ranks.getLast().pid()))
                .start()
                .waitFor();
        var ended = running.await();
        assertNotEquals(0, ended.code(), ended::toString);
        for (String words : List.of(
                "borealis: rank 0 failed",
                "rank 1 at ",
                "did not come in time",
                "5000ms",
                "the last step that this rank has done is ")) {
            assertTrue(ended.err().contains(words), () -> "'" + words + "' is missing in: " + ended.err());
        }
        assertEquals(List.of(), ranks("stopped"));
    }

    private static void assertUnbroken(String name) throws Exception {
        assertEquals(List.of(), ranks(name));
        var unbroken = work.run("unbroken");
        assertEquals(unbroken.losses(), work.run(name).losses());
        work.run(name).assertSameTensors(unbroken, STEPS);
        assertEquals(unbroken.checkpoints(), work.run(name).checkpoints(), "nothing unfinished is left");
    }

    /** Both ranks of the job, as soon as they are there. */
    private static List<ProcessHandle> awaitRanks(Running running, String run) throws Exception {
        var ranks = new ArrayList<ProcessHandle>();
        running.awaitThat("two ranks", () -> {
            ranks.clear();
            ranks.addAll(ranks(run));
            return ranks.size() == 2;
        });
        return ranks;
    }

    /** In the order of their ranks: that is how they are started. */
    private static List<ProcessHandle> ranks(String run) throws Exception {
        var ranks = new ArrayList<ProcessHandle>();
        for (ProcessHandle each : ProcessHandle.allProcesses().toList()) {
            if (Workplace.commandLine(each).contains("Launcher train tiny.yaml --set name=" + run + " ")) {
                ranks.add(each);
            }
        }
        ranks.sort(Comparator.comparing(ProcessHandle::pid));
        return ranks;
    }

    /** Until it has written some more checkpoints, and the next one is half there. */
    private static void awaitSaving(Running running, String run, List<ProcessHandle> ranks, int more) throws Exception {
        long before = work.run(run).events("checkpoint").size();
        running.awaitThat(
                more + " more checkpoints",
                () -> work.run(run).events("checkpoint").size() >= before + more);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Workplace.PATIENCE_SECONDS);
        while (!isSaving(run, ranks) && running.process().isAlive() && System.nanoTime() < end) {
            Thread.sleep(Duration.ofNanos(100_000)); // it takes some milliseconds
        }
    }

    /** Whether a checkpoint of these ranks is half there; those of ranks that were killed before don't count. */
    private static boolean isSaving(String run, List<ProcessHandle> ranks) throws IOException {
        for (String name : work.run(run).checkpoints()) {
            if (ranks.stream().anyMatch(rank -> name.contains(".tmp-" + rank.pid() + "-"))) {
                return true;
            }
        }
        return false;
    }
}
