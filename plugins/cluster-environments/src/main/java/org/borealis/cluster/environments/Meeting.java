package org.borealis.cluster.environments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where rank 0 is met. */
final class Meeting {
    static final String ADDRESS = "BOREALIS_ADDRESS";
    static final String PORT = "BOREALIS_PORT";
    static final String NODE_FILE = "PBS_NODEFILE";

    /** Of a job without a number; two of them on one machine need {@link #PORT}. */
    private static final int USUAL_PORT = 29400;
    /** Ports of numbered jobs lie between the services' and those that Linux hands out from 32768 on. */
    private static final int FIRST_PORT = 20000;

    private static final int PORTS = 12000;

    private Meeting() {}

    /**
     * The address of rank 0, the same for every rank.
     *
     * @param job what tells this job from others; empty if the system says nothing like it
     */
    static String address(Variables variables, boolean isOneNode, String job) {
        String given = variables.text(ADDRESS).orElse("");
        if (given.contains(":")) {
            return given;
        }
        String host = given.isEmpty() ? host(variables, isOneNode) : given;
        int derived = job.isEmpty() ? USUAL_PORT : FIRST_PORT + Math.floorMod(job.hashCode(), PORTS);
        return host + ":" + variables.number(PORT).orElse(derived);
    }

    private static String host(Variables variables, boolean isOneNode) {
        if (isOneNode) {
            return "127.0.0.1";
        }
        if (variables.has(NODE_FILE)) {
            return nodes(variables).getFirst();
        }
        return variables
                .text("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST")
                .map(HostList::first)
                .orElseThrow(
                        () -> variables.wrong("the ranks are on several nodes, and nothing says on which rank 0 is;"
                                + " hand " + ADDRESS + "=HOST:PORT to every rank"));
    }

    /** The nodes of a job of PBS, each once, in order. */
    static List<String> nodes(Variables variables) {
        Path file = Path.of(variables.text(NODE_FILE).orElseThrow());
        try {
            List<String> nodes = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .distinct()
                    .toList();
            if (nodes.isEmpty()) {
                throw variables.wrong(NODE_FILE + " names no node: " + file);
            }
            return nodes;
        } catch (IOException e) {
            throw variables.wrong(NODE_FILE + " can't be read: " + e);
        }
    }
}
