package org.borealis.launcher.standard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.borealis.cluster.Job;
import org.borealis.cluster.Launcher;
import org.borealis.cluster.Submission;
import org.borealis.cluster.Submission.Voices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real programs take what is submitted and mark what ranks say; one that is not installed is left out and named. */
@Timeout(120)
class RealLaunchersTest {
    private static final String SCRIPT =
            Path.of("../../cnf/slurm-nodes.sh").toAbsolutePath().normalize().toString();
    private static final String SPEAK = "echo out $GREETING; echo err $GREETING >&2";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();

    private record Ended(int code, String said) {}

    @Test
    void mpichMarksWhatRanksSayAndNamesTheOneThatFailed() throws Exception {
        assumeTrue(isInstalled("mpiexec.mpich"), "mpiexec.mpich is not installed");
        var launcher =
                new MpiexecLauncher(Jobs.settings(MpiexecLauncher.Config.class, Map.of("program", "mpiexec.mpich")));
        assertRanksSpeak(launcher, 3);
        assertObituary(launcher, "[ $PMI_RANK = 1 ] && exit 5; sleep 60", 9);
    }

    @Test
    void openMpiMarksWhatRanksSayAndNamesTheOneThatFailed() throws Exception {
        assumeTrue(isInstalled("mpiexec.openmpi"), "mpiexec.openmpi is not installed");
        var launcher = new MpiexecLauncher(Jobs.settings(
                MpiexecLauncher.Config.class,
                Map.of(
                        "program",
                        "mpiexec.openmpi",
                        "flavour",
                        "openmpi",
                        "asRoot",
                        true,
                        "oversubscribe",
                        true,
                        "saveSeconds",
                        1)));
        assertRanksSpeak(launcher, 3);
        assertObituary(launcher, "[ $OMPI_COMM_WORLD_RANK = 1 ] && exit 5; sleep 60", 5);
        assertObituary(launcher, "[ $OMPI_COMM_WORLD_RANK = 1 ] && kill -9 $$; sleep 60", 137);
    }

    @Test
    void slurmMarksWhatRanksSayAndNamesTheOneThatFailed() throws Exception {
        String missing = run(List.of(SCRIPT, "missing")).said;
        assumeTrue(missing.isEmpty(), missing);
        String nodes = folder.resolve("slurm").toString();
        var launcher = new SlurmLauncher(Jobs.settings(SlurmLauncher.Config.class, Map.of()));
        try {
            environment.put(
                    "SLURM_CONF", run(List.of(SCRIPT, "start", nodes, "2")).said.strip());
            assertRanksSpeak(launcher, 4);
            assertObituary(launcher, "[ $SLURM_PROCID = 1 ] && exit 5; sleep 60", 143);
            assertObituary(launcher, "[ $SLURM_PROCID = 1 ] && kill -9 $$; sleep 60", 143);
            assertTheQueueRunsTheScript();
        } finally {
            run(List.of(SCRIPT, "stop", nodes));
        }
    }

    private void assertTheQueueRunsTheScript() throws Exception {
        var launcher = new SlurmLauncher(Jobs.settings(SlurmLauncher.Config.class, Map.of("mode", "sbatch")));
        var submission = launcher.submit(Jobs.shell(folder, 4, 2, "echo $GREETING"));
        for (var script : submission.scripts()) {
            Files.writeString(folder.resolve(script.path()), script.text());
        }
        var queued = run(submission);
        assertEquals(0, queued.code, queued.said);
        var ended = run(List.of(SCRIPT, "await", queued.said.strip().replaceFirst("Submitted batch job ", "")));
        assertEquals(0, ended.code, ended.said);
        try (var files = Files.newDirectoryStream(folder, "slurm-*.txt")) {
            var said = Files.readAllLines(files.iterator().next()).stream()
                    .sorted()
                    .toList();
            assertEquals(List.of("0: good day", "1: good day", "2: good day", "3: good day"), said);
        }
    }

    private void assertRanksSpeak(Launcher launcher, int ranks) throws Exception {
        Job job = Jobs.shell(folder, ranks, launcher instanceof SlurmLauncher ? ranks / 2 : ranks, SPEAK);
        var submission = launcher.submit(job);
        var voices = (Voices.Ranks) submission.programs().getFirst().voices();
        var ended = run(submission);
        assertEquals(0, ended.code, ended.said);
        var heard = new TreeSet<String>();
        for (String line : ended.said.lines().toList()) {
            Matcher mark = voices.mark().matcher(line);
            if (mark.lookingAt()) {
                heard.add(mark.group("rank") + line.substring(mark.end()));
            }
        }
        var wanted = new TreeSet<String>();
        for (int rank = 0; rank < ranks; rank++) {
            wanted.addAll(List.of(rank + "out good day", rank + "err good day"));
        }
        assertEquals(wanted, heard, ended.said);
    }

    private void assertObituary(Launcher launcher, String line, int code) throws Exception {
        var submission = launcher.submit(Jobs.shell(folder, 2, 2, line));
        var voices = (Voices.Ranks) submission.programs().getFirst().voices();
        var ended = run(submission);
        assertEquals(code, ended.code, ended.said);
        String dead = ended.said
                .lines()
                .map(voices.obituary()::matcher)
                .filter(Matcher::matches)
                .map(it -> it.group("rank"))
                .findFirst()
                .orElse("nobody");
        assertEquals("1", dead, ended.said);
    }

    private static boolean isInstalled(String program) throws Exception {
        return new ProcessBuilder("sh", "-c", "command -v " + program)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private Ended run(Submission submission) throws Exception {
        var program = submission.programs().getFirst();
        environment.putAll(program.environment());
        return run(program.command());
    }

    private Ended run(List<String> line) throws Exception {
        Path said = Files.createTempFile(folder, "said", ".txt");
        var builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        boolean isOver = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertTrue(isOver, () -> line + " takes longer than a minute");
        return new Ended(process.exitValue(), Files.readString(said));
    }
}
