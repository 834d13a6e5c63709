package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the lines of a guide are typed: a folder with a home of its own in it, {@code borealis} and {@code mvn} on the
 * path. That Maven's repository is in that home, too; what this build has fetched already is not fetched again.
 */
record GuideTerminal(Path folder) {

    static GuideTerminal in(Path folder) throws IOException {
        var terminal = new GuideTerminal(folder);
        var mvn = Files.createDirectories(terminal.home().resolve("bin")).resolve("mvn");
        var user = Path.of(System.getProperty("user.home"), ".m2");
        var fetched = Stream.of("localRepository", "maven.repo.local.tail")
                .map(System::getProperty)
                .filter(path -> path != null && !path.isEmpty())
                .collect(Collectors.joining(","));
        boolean isOffline = (" " + System.getenv("MAVEN_ARGS") + " ").contains(" -o ");
        Files.writeString(mvn, """
                #!/bin/sh
                export MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
                export MAVEN_USER_HOME="${MAVEN_USER_HOME:-%s}"
                export MAVEN_ARGS="%s -Dmaven.repo.local=%s -Dmaven.repo.local.tail=%s \\
                  -Daether.chainedLocalRepository.ignoreTailAvailability=true"
                exec %s "$@"
                """.formatted(
                        user,
                        isOffline ? "-o" : "",
                        terminal.home().resolve(".m2/repository"),
                        fetched,
                        Path.of("../mvnw").toRealPath()));
        Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));
        return terminal;
    }

    private Path home() {
        return folder.resolve("home");
    }

    /** A line that runs, and what it says. */
    record Typed(String line, Process process, Path out) {
        String said() throws IOException {
            return Files.readString(out);
        }

        void awaitWords(String words) throws Exception {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Workplace.PATIENCE_SECONDS);
            while (!said().contains(words)) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("'" + words + "' is not said by " + line + ":\n" + said());
                }
                Thread.sleep(20);
            }
        }

        /** Waits until it has ended well. */
        String ended() throws Exception {
            boolean hasEnded = process.waitFor(Workplace.PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly().waitFor();
            var words = said();
            assertTrue(hasEnded, () -> line + " still runs:\n" + words);
            assertEquals(0, process.exitValue(), () -> line + ":\n" + words);
            return words;
        }
    }

    /** Runs a line to its end; what it says. */
    String typed(String line) throws Exception {
        return started(line).ended();
    }

    Typed started(String line) throws IOException {
        var out = Files.createTempFile(folder, "said-", ".txt");
        var builder = new ProcessBuilder("sh", "-c", "exec " + line)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        var environment = builder.environment();
        var cache = Path.of(System.getProperty("user.home"), ".cache"); // libtorch is unpacked there already
        environment.putIfAbsent("XDG_CACHE_HOME", cache.toString());
        environment.put("HOME", home().toString());
        environment.put("XDG_STATE_HOME", home().resolve(".local/state").toString());
        environment.put("BOREALIS_PLUGINS", home().resolve(".borealis/plugins").toString());
        environment.putIfAbsent("BOREALIS_JAVA_OPTIONS", Workplace.SHORT_RUN_ON_VECTORS);
        var programs = home().resolve("bin") + File.pathSeparator + Workplace.HOME.resolve("bin");
        environment.merge("PATH", programs, (old, ours) -> ours + File.pathSeparator + old);
        return new Typed(line, builder.start(), out);
    }
}
