package org.borealis.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Two network namespaces of Linux joined by a cable, as if they were two machines. They are made inside a user namespace, so no rights
 * are needed where the system lets anybody make those, and they are gone with the processes in them.
 */
final class TwoHosts implements AutoCloseable {
    static final List<String> ADDRESSES = List.of("10.77.0.1", "10.77.0.2");

    private static final List<String> CABLE_ENDS = List.of("left", "right");
    private static final int PATIENCE_SECONDS = 20;

    /** A process that does nothing but be in each of them. */
    private final List<Process> residents = new ArrayList<>();

    /** Why they can't be made here, in words; nothing if they can. */
    static Optional<String> lacking() {
        try (var hosts = new TwoHosts()) {
            hosts.plugIn();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("no two network namespaces can be made here: " + e.getMessage());
        }
    }

    private TwoHosts() {}

    static TwoHosts make() throws IOException {
        var hosts = new TwoHosts();
        try {
            hosts.plugIn();
            return hosts;
        } catch (IOException e) {
            hosts.close();
            throw e;
        }
    }

    private void plugIn() throws IOException {
        residents.add(resident(List.of("unshare", "--user", "--map-root-user", "--net")));
        var second = new ArrayList<>(inside(0, List.of("unshare", "--net")));
        residents.add(resident(second));
        done(inside(0, List.of("ip", "link", "add", "left", "type", "veth", "peer", "name", "right", "netns", pid(1))));
        for (int host = 0; host < ADDRESSES.size(); host++) {
            var end = CABLE_ENDS.get(host);
            done(inside(host, List.of("ip", "address", "add", ADDRESSES.get(host) + "/24", "dev", end)));
            done(inside(host, List.of("ip", "link", "set", end, "up")));
            done(inside(host, List.of("ip", "link", "set", "lo", "up")));
        }
    }

    /** Says a word when it is there; ends when nobody holds its input any more. */
    private static Process resident(List<String> where) throws IOException {
        var line = new ArrayList<>(where);
        line.addAll(List.of("sh", "-c", "echo here; exec cat >/dev/null"));
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        var said = process.inputReader().readLine();
        if (!"here".equals(said)) {
            process.destroyForcibly();
            throw new IOException(where.getLast() + ": " + said);
        }
        return process;
    }

    private String pid(int host) {
        return Long.toString(residents.get(host).pid());
    }

    /** A command line that runs another one on a host. */
    List<String> inside(int host, List<String> command) {
        var line = new ArrayList<>(
                List.of("nsenter", "--target", pid(host), "--user", "--net", "--preserve-credentials", "--"));
        line.addAll(command);
        return line;
    }

    /** Ends all that can pass between them, without a word to either. */
    void cut() throws IOException {
        done(inside(0, List.of("ip", "link", "set", "left", "down")));
    }

    private static void done(List<String> line) throws IOException {
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", line) + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Processes that are on one of them, by what they were started as; those that hold the hosts are left out. */
    List<String> inhabitants() throws IOException {
        var all = new ArrayList<String>();
        for (int host = 0; host < residents.size(); host++) {
            var network = Files.readSymbolicLink(Path.of("/proc", pid(host), "ns/net"));
            for (var each : ProcessHandle.allProcesses().toList()) {
                var own = Path.of("/proc", Long.toString(each.pid()), "ns/net");
                if (isThe(network, own) && residents.stream().noneMatch(r -> r.pid() == each.pid())) {
                    all.add(each.info().commandLine().orElse("process " + each.pid()));
                }
            }
        }
        return all;
    }

    private static boolean isThe(Path network, Path own) {
        try {
            return Files.readSymbolicLink(own).equals(network);
        } catch (IOException e) {
            return false; // it has just ended
        }
    }

    @Override
    public void close() {
        residents.forEach(Process::destroyForcibly);
    }
}
