package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code borealis launch}: ranks that train, fail, die and are started again; by real mpiexec and Slurm where they are. */
@Timeout(240)
class LaunchIT {
    private static final String SLURM =
            Path.of("../cnf/slurm-nodes.sh").toAbsolutePath().normalize().toString();

    private static List<String> ranks(int count) {
        return List.of("--set", "mesh=data=" + count, "--set", "batch.micro=2", "--set", "steps=2");
    }

    @TempDir
    Path folder;

    private Workplace place;

    @BeforeEach
    void makeWorkplace() throws IOException {
        place = new Workplace(folder);
    }

    private Workplace.Ended launch(String... words) throws Exception {
        return place.start(words(words)).await();
    }

    private static String[] words(String... words) {
        var line = new ArrayList<>(List.of("launch", "tiny.yaml"));
        line.addAll(List.of(words));
        return line.toArray(String[]::new);
    }

    private static Optional<ProcessHandle> rank(Process launcher) {
        return launcher.descendants()
                .filter(each -> Workplace.commandLine(each).contains("Launcher train"))
                .findFirst();
    }

    private static void kill(ProcessHandle process) throws Exception {
        new ProcessBuilder("kill", "-9", Long.toString(process.pid())).start().waitFor();
    }

    @Test
    void aDryRunPrintsWhatWouldRunAndLeavesNothing() throws Exception {
        var before = place.contents();
        var ended = launch("--launcher", "slurm", "--time", "10m", "--set", "steps=3", "--dry-run")
                .succeeded();
        assertEquals(
                "srun --label --kill-on-bad-exit=1 --nodes=1 --ntasks=1 --ntasks-per-node=1 --job-name=tiny --time=00:10:00 "
                        + System.getProperty("borealis.home") + "/bin/borealis train tiny.yaml --set steps=3\n",
                ended.out());
        assertEquals(before, place.contents());
    }

    @Test
    void whatARankSaysIsMarkedAndKept() throws Exception {
        var ended = launch("--set", "steps=2").succeeded();
        assertTrue(ended.out().lines().anyMatch(line -> line.startsWith("[0] step 2/2 ")), ended::toString);
        String log = Files.readString(place.path("runs/tiny/logs/rank-0.txt"));
        assertTrue(log.startsWith("--- ") && log.contains("\nstep 2/2 "), log);
    }

    @Test
    void theErrorOfARankComesLastAndItsExitCodeIsKept() throws Exception {
        var ended = launch("--", "--no-such-option");
        assertEquals(2, ended.code());
        var lines = ended.err().lines().toList();
        assertTrue(
                ended.err().contains("borealis: rank 0 failed with exit code 2; all that it said is in "), ended::err);
        assertTrue(lines.getLast().startsWith("  [0] "), ended::err);
    }

    @Test
    void aRankThatIsKilledIsStartedAgainFromItsCheckpoint() throws Exception {
        var running = place.start(words(
                "--set", "steps=40", "--set", "checkpoint.every=10", "--set", "evaluate.every=50", "--restarts", "1"));
        running.awaitThat("a checkpoint is there", () -> Files.exists(place.path("runs/tiny/checkpoints/step-000010")));
        kill(rank(running.process()).orElseThrow());
        running.awaitWords("starting again on 1 rank, restart 1 of 1");
        var ended = running.await().succeeded();
        assertTrue(ended.err().contains("borealis: rank 0 was ended by signal 9"), ended::err);
        assertTrue(Files.exists(place.path("runs/tiny/checkpoints/step-000040")));
    }

    @Test
    void noRankOutlivesItsLauncher() throws Exception {
        var running = place.start(words("--set", "steps=100000"));
        running.awaitWords("[0] step ");
        var rank = rank(running.process()).orElseThrow();
        kill(running.process().toHandle());
        rank.onExit().get(60, TimeUnit.SECONDS);
        assertFalse(rank.isAlive());
    }

    @Test
    void mpiexecTrains() throws Exception {
        assumeTrue(isInstalled("mpiexec.mpich"), "mpiexec.mpich is not installed");
        assertTrains("--launcher", "mpiexec", "--with", "program=mpiexec.mpich");
    }

    @Test
    void mpiexecOfOpenMpiTrains() throws Exception {
        assumeTrue(isInstalled("mpiexec.openmpi"), "mpiexec.openmpi is not installed");
        var words = new ArrayList<>(List.of("--launcher", "mpiexec"));
        for (String setting :
                List.of("program=mpiexec.openmpi", "flavour=openmpi", "asRoot=true", "oversubscribe=true")) {
            words.addAll(List.of("--with", setting));
        }
        assertTrains(words.toArray(String[]::new));
    }

    @Test
    void slurmTrains() throws Exception {
        String missing = place.startAny(List.of(SLURM, "missing")).await().out();
        assumeTrue(missing.isEmpty(), missing);
        String nodes = place.path("slurm").toString();
        try {
            String configuration =
                    place.startAny(List.of(SLURM, "start", nodes, "2")).await().lastLine();
            // The nodes' names lead nowhere: all of them are this machine.
            var line = new ArrayList<>(
                    List.of("env", "SLURM_CONF=" + configuration, "BOREALIS_ADDRESS=127.0.0.1:" + freePort()));
            line.add(
                    Path.of(System.getProperty("borealis.home"), "bin/borealis").toString());
            line.addAll(List.of(words("--launcher", "slurm", "--time", "5m", "--ranks-per-node", "2")));
            line.addAll(ranks(4));
            assertTrained(4, place.startAny(line).await());
        } finally {
            place.startAny(List.of(SLURM, "stop", nodes)).await();
        }
    }

    private void assertTrains(String... launcher) throws Exception {
        var words = new ArrayList<>(List.of(launcher));
        words.addAll(ranks(2));
        assertTrained(2, launch(words.toArray(String[]::new)));
    }

    private void assertTrained(int ranks, Workplace.Ended ended) throws IOException {
        ended.succeeded();
        String said = ended.out() + ended.err();
        String mesh = "[0] mesh data=%1$d: %1$d ranks, %1$d with batches of their own".formatted(ranks);
        assertTrue(said.contains(mesh), ended::toString);
        assertTrue(said.contains("[0] step 2/2 "), ended::toString);
        assertTrue(Files.exists(place.path("runs/tiny/checkpoints/step-000002")));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean isInstalled(String program) throws Exception {
        return place.startAny(List.of("sh", "-c", "command -v " + program))
                        .await()
                        .code()
                == 0;
    }
}
