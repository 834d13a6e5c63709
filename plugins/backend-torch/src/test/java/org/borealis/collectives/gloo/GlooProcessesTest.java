package org.borealis.collectives.gloo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks as processes, which can die and hang as threads can't. */
final class GlooProcessesTest {
    private static final int SLACK_SECONDS = 30;
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void everythingIsRightAmongProcesses(int size) throws Exception {
        start(size, 120, "everything");
        for (var process : processes) {
            String said = process.inputReader().lines().collect(java.util.stream.Collectors.joining("\n"));
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), said);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void whoIsKilledIsMissedLongBeforeTheTimeIsUp(int size) throws Exception {
        start(size, 600, "sums-for-ever");
        awaitAll("summing");
        processes.getLast().destroyForcibly().waitFor();
        for (int rank = 0; rank < size - 1; rank++) {
            String said = refusal(rank, SLACK_SECONDS);
            assertTrue(said.startsWith("peer-lost | rank " + rank + ", all-reduce in group job of ranks"), said);
        }
    }

    @Test
    void whoHangsIsMissedWhenTheTimeIsUp() throws Exception {
        int size = 4;
        int seconds = 4;
        start(size, seconds, "sums-for-ever");
        awaitAll("summing");
        long pid = processes.getLast().pid();
        assertEquals(
                0,
                new ProcessBuilder("kill", "-STOP", "" + pid)
                        .inheritIO()
                        .start()
                        .waitFor());
        var said = new ArrayList<String>();
        for (int rank = 0; rank < size - 1; rank++) {
            said.add(refusal(rank, seconds + SLACK_SECONDS));
        }
        assertTrue(said.stream().anyMatch(one -> one.startsWith("peer-late | ")), said.toString());
        assertTrue(said.stream().allMatch(one -> one.contains("all-reduce in group job")), said.toString());
    }

    private void start(int size, int timeoutSeconds, String what) throws IOException {
        String address;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = "127.0.0.1:" + socket.getLocalPort();
        }
        for (int rank = 0; rank < size; rank++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            RankProcess.class.getName(),
                            address,
                            "" + rank,
                            "" + size,
                            "" + timeoutSeconds,
                            what)
                    .redirectError(Redirect.INHERIT)
                    .start());
        }
        awaitAll("ready");
        for (var process : processes) {
            try (var line = process.outputWriter()) {
                line.write("go\n");
            }
        }
    }

    private void awaitAll(String word) throws IOException {
        for (var process : processes) {
            assertEquals(word, process.inputReader().readLine());
        }
    }

    private String refusal(int rank, int seconds) throws Exception {
        var process = processes.get(rank);
        assertTrue(process.waitFor(seconds, TimeUnit.SECONDS), "rank " + rank + " hangs");
        BufferedReader reader = process.inputReader();
        String said = reader.lines().collect(java.util.stream.Collectors.joining("\n"));
        assertEquals(RankProcess.REFUSED, process.exitValue(), said);
        return said;
    }
}
