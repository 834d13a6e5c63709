package org.borealis.jobs;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.borealis.tensor.BorealisException;

/** What a job has to know of the machine that it is launched from. */
final class Machine {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    private Machine() {}

    /** The program that runs Borealis itself. */
    static Path program() {
        String home = System.getProperty("borealis.home", "");
        if (home.isEmpty()) {
            throw new BorealisException(
                    "launch-home",
                    "ranks run bin/borealis, and borealis.home does not say where it is; start through it");
        }
        return Path.of(home, "bin", "borealis");
    }

    /** Cores that ranks can be bound to; none where Linux or taskset is missing. */
    static List<Integer> cores() {
        String path = System.getenv().getOrDefault("PATH", "");
        boolean hasTaskset = List.of(path.split(File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "taskset")));
        if (!hasTaskset || !Files.isReadable(STATUS)) {
            return List.of();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(ALLOWED))
                    .findFirst()
                    .map(line -> parse(line.substring(ALLOWED.length()).strip()))
                    .orElse(List.of());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** {@code 0-2,8} is 0, 1, 2 and 8. */
    static List<Integer> parse(String list) {
        var cores = new ArrayList<Integer>();
        for (String part : list.split(",")) {
            String[] ends = part.split("-");
            IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
                    .forEach(cores::add);
        }
        return cores;
    }

    /** A port that nobody uses now. */
    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BorealisException("launch-port", "no port is free on this machine: " + e.getMessage(), e);
        }
    }
}
