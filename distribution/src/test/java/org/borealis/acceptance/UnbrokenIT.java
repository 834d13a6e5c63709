package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeMap;
import org.borealis.acceptance.Workplace.Running;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are killed or stopped, and go on as if nothing had happened. */
@Timeout(600)
class UnbrokenIT {
    private static final int KILLS = Workplace.KILLS;
    /** Enough to go on with after the last kill. */
    private static final int STEPS = 20 + 6 * KILLS;

    private static final String[] SETTINGS = {"steps=" + STEPS, "checkpoint.every=2", "evaluate.every=7"};
    private static final long SEED = 20_261_122;
    /** What a shell gives for Ctrl-C; train's help says so. */
    private static final int ASKED_TO_END = 130;

    @TempDir
    static Path folder;

    private static Workplace work;
    private static TreeMap<String, String> unbroken;
    private static long startMillis;

    @BeforeAll
    static void trainAtOneGo() throws Exception {
        work = new Workplace(folder);
        long start = System.nanoTime();
        var running = work.startTraining("unbroken", SETTINGS);
        running.awaitThat("the first step", () -> lastStep("unbroken") > 0);
        startMillis = (System.nanoTime() - start) / 1_000_000;
        running.await().succeeded();
        unbroken = work.run("unbroken").losses();
        assertEquals(STEPS + STEPS / 7 + 1, unbroken.size());
    }

    @Test
    void aRunKilledAgainAndAgainHasTheLossesOfTheUnbrokenOne() throws Exception {
        var random = new Random(SEED);
        for (int i = 1; i <= KILLS; i++) {
            var running = work.startTraining("killed", SETTINGS);
            if (i % 2 == 0) {
                awaitMoment(running, random);
            } else {
                Thread.sleep(random.nextLong(startMillis)); // while it starts, opens and loads
            }
            boolean isAlive = running.process().isAlive();
            running.process().destroyForcibly().waitFor();
            int step = lastStep("killed");
            System.err.println("kill " + i + " of seed " + SEED + ": the last step in the file is " + step);
            assertTrue(isAlive, "it ended before it was killed");
        }
        work.train("killed", SETTINGS).succeeded();
        assertUnbroken("killed");
    }

    /** Some events from now, and then at some moment between two of them. */
    private static void awaitMoment(Running running, Random random) throws Exception {
        int more = random.nextInt(4, 24);
        long pause = random.nextLong(20);
        int[] least = {work.run("killed").eventCount()};
        running.awaitThat(more + " more events", () -> {
            int now = work.run("killed").eventCount();
            least[0] = Math.min(least[0], now); // what is going to happen again is dropped first
            return now >= least[0] + more;
        });
        Thread.sleep(pause);
    }

    private static int lastStep(String run) throws Exception {
        var steps = work.run(run).events("step");
        return steps.isEmpty() ? 0 : steps.getLast().get("step").asInt();
    }

    @Test
    void sigtermSavesAndSaysHowToGoOn() throws Exception {
        endsCleanly("TERM", "termed");
    }

    @Test
    void ctrlCSavesAndSaysHowToGoOn() throws Exception {
        endsCleanly("INT", "interrupted");
    }

    private static void endsCleanly(String signal, String name) throws Exception {
        var running = work.startTraining(name, SETTINGS);
        if (signal.equals("INT")) {
            assumeTrue(listensToInterrupts(running.process().pid()), "started where Ctrl-C is ignored");
        }
        running.awaitThat("step 5", () -> lastStep(name) >= 5);
        running.signal(signal);
        var ended = running.await();
        assertEquals(ASKED_TO_END, ended.code(), ended::toString);
        assertTrue(
                ended.lastLine()
                        .equals("interrupted; all is saved. To go on: borealis "
                                + String.join(" ", Workplace.trainWords(name, SETTINGS))),
                ended::toString);
        var run = work.run(name);
        int step = lastStep(name);
        assertTrue(step < STEPS, "the signal came too late");
        assertTrue(Files.exists(run.checkpoint(step)), () -> "no checkpoint of step " + step);
        assertEquals("end", run.events().getLast().get("event").asText());
        work.borealis("checkpoint", "verify", "runs/" + name).succeeded();

        var again = work.train(name, SETTINGS).succeeded();
        assertTrue(again.out().contains("resuming from step " + step), again.out());
        assertUnbroken(name);
    }

    /** A process that a shell puts into the background without job control ignores SIGINT, and so do its children. */
    private static boolean listensToInterrupts(long pid) throws Exception {
        var status = Path.of("/proc/" + pid + "/status");
        return !Files.exists(status)
                || Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .noneMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    private static void assertUnbroken(String name) throws Exception {
        var run = work.run(name);
        assertEquals(unbroken, run.losses());
        run.assertSameTensors(work.run("unbroken"), STEPS);
        assertEquals(work.run("unbroken").checkpoints(), run.checkpoints(), "nothing unfinished is left");
    }
}
