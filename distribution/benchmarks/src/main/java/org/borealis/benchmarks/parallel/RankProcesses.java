package org.borealis.benchmarks.parallel;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.tensor.BorealisException;

/** Ranks as processes that talk through Gloo over the loopback, one thread of computing each. What the first one prints is seen. */
final class RankProcesses {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("OMP_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1", "RES_OPTIONS", "timeout:1 attempts:1");

    private RankProcesses() {}

    /**
     * Runs them to their end.
     *
     * @param meetings how often they meet
     * @param arguments as {@link Parallel#part} has them
     */
    static void run(int size, int meetings, String... arguments) {
        var processes = new ArrayList<Process>();
        try {
            var addresses = String.join(",", freeAddresses(meetings));
            for (int rank = 0; rank < size; rank++) {
                processes.add(start(rank, size, addresses, arguments));
            }
            for (var process : processes) {
                if (process.waitFor() != 0) {
                    throw new BorealisException("benchmark", "a rank ended with exit code " + process.exitValue());
                }
            }
        } catch (IOException e) {
            throw new BorealisException("benchmark", "can't start a rank: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BorealisException("benchmark", "interrupted", e);
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static Process start(int rank, int size, String addresses, String... arguments) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var line = new ArrayList<>(List.of(java));
        line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), RankProcesses.class.getName()));
        line.addAll(List.of(Integer.toString(rank), Integer.toString(size), addresses));
        line.addAll(List.of(arguments));
        var builder = new ProcessBuilder(line)
                .redirectError(Redirect.INHERIT)
                .redirectOutput(rank == 0 ? Redirect.INHERIT : Redirect.DISCARD);
        builder.environment().putAll(ENVIRONMENT);
        return builder.start();
    }

    private static List<String> freeAddresses(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(s -> "127.0.0.1:" + s.getLocalPort()).toList();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    /** One of the ranks. */
    public static void main(String[] words) {
        var seat = new Seat(
                BackendLoader.gloo(),
                List.of(words[2].split(",")),
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]));
        try {
            Parallel.part(Arrays.copyOfRange(words, 3, words.length)).accept(seat);
        } catch (RuntimeException e) {
            System.err.println("rank " + seat.rank() + ": " + e);
            Runtime.getRuntime().halt(1); // the others must not wait for this one
        }
    }
}
