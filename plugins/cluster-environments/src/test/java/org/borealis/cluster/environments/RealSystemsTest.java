package org.borealis.cluster.environments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that real systems start; a system that is not installed is left out and named. */
@Timeout(120)
class RealSystemsTest {
    private static final String SCRIPT =
            Path.of("../../cnf/slurm-nodes.sh").toAbsolutePath().normalize().toString();

    @TempDir
    Path folder;

    private final List<String> environment = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"mpiexec.mpich", "mpiexec.openmpi --allow-run-as-root --oversubscribe"})
    void mpiexecTellsItsRanks(String mpiexec) throws Exception {
        List<String> words = List.of(mpiexec.split(" "));
        assumeTrue(isInstalled(words.getFirst()), words.getFirst() + " is not installed");
        var said = reports(words, "-n", "3");
        assertEquals(List.of("member 0 of 3, 0 of 3", "member 1 of 3, 1 of 3", "member 2 of 3, 2 of 3"), places(said));
        assertEquals(1, addresses(said).size(), said::toString);
    }

    @Test
    void slurmTellsItsTasksAndNotItsScripts() throws Exception {
        String missing = run(List.of(SCRIPT, "missing"));
        assumeTrue(missing.isEmpty(), missing);
        String nodes = folder.resolve("slurm").toString();
        try {
            environment.add(
                    "SLURM_CONF=" + run(List.of(SCRIPT, "start", nodes, "2")).strip());
            var said = reports(List.of("srun"), "-n", "3", "-N", "2");
            assertEquals(
                    List.of("member 0 of 3, 0 of 2", "member 1 of 3, 1 of 2", "member 2 of 3, 0 of 1"), places(said));
            assertEquals(1, addresses(said).size(), said::toString);
            Path out = folder.resolve("out.txt");
            String job = run(
                    List.of("sbatch", "--parsable", "-n2", "-o", out.toString(), "--wrap", String.join(" ", java())));
            run(List.of(SCRIPT, "await", job.strip()));
            assertEquals("no member\n", Files.readString(out));
        } finally {
            run(List.of(SCRIPT, "stop", nodes));
        }
    }

    private List<String> reports(List<String> launcher, String... options) throws Exception {
        var line = new ArrayList<>(launcher);
        line.addAll(List.of(options));
        line.addAll(java());
        return run(line).lines().sorted().toList();
    }

    private static List<String> places(List<String> said) {
        return said.stream().map(line -> line.replaceFirst(" here,.*", "")).toList();
    }

    private static TreeSet<String> addresses(List<String> said) {
        var addresses = new TreeSet<String>();
        said.forEach(line -> addresses.add(line.replaceFirst(".*here, ", "")));
        return addresses;
    }

    private static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Environments.class.getName());
    }

    private static boolean isInstalled(String program) throws Exception {
        return new ProcessBuilder("sh", "-c", "command -v " + program)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private String run(List<String> line) throws Exception {
        var builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(folder.resolve("said.txt").toFile());
        environment.forEach(each -> builder.environment().put(each.split("=")[0], each.split("=", 2)[1]));
        var process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(line + " takes longer than a minute");
        }
        assertEquals(0, process.exitValue(), line::toString);
        return Files.readString(folder.resolve("said.txt"), StandardCharsets.UTF_8);
    }
}
