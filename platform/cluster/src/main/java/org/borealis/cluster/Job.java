package org.borealis.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What is to run, on however many processes.
 *
 * @param name what a queue shows
 * @param command what every rank runs, the program first
 * @param environment variables that every rank gets besides those that are there
 * @param folder where every rank starts; absolute
 * @param logs where a queue writes what the job says
 * @param place how many processes, and where
 * @param timeLimit how long the job may take, where it is limited
 */
@ProviderType
public record Job(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path folder,
        Path logs,
        Place place,
        Optional<Duration> timeLimit) {

    /** Environment variable that fixes the port of rank 0. */
    public static final String PORT = "BOREALIS_PORT";

    /**
     * How many processes, and where.
     *
     * @param ranks processes in all
     * @param ranksPerNode processes on each node; divides {@code ranks}
     * @param coresPerRank cores of a process; 0 leaves it to the system
     * @param cores cores of this machine that its ranks can be bound to; none where they are not to be bound
     * @param freePort a port of this machine that nobody uses, for a rank 0 that runs here
     */
    public record Place(int ranks, int ranksPerNode, int coresPerRank, List<Integer> cores, int freePort) {
        /** @throws ClusterException if the numbers don't fit */
        public Place {
            cores = List.copyOf(cores);
            if (ranks < 1 || ranksPerNode < 1 || ranks % ranksPerNode != 0) {
                throw new ClusterException(
                        "job",
                        "every node runs the same number of ranks: " + ranks + " ranks are no multiple of "
                                + ranksPerNode + " a node");
            }
            if (coresPerRank < 0) {
                throw new ClusterException("job", "cores of a rank are at least 0; got " + coresPerRank);
            }
        }

        /** How many nodes that takes. */
        public int nodes() {
            return ranks / ranksPerNode;
        }
    }

    public Job {
        command = List.copyOf(command);
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }

    /** This job with one variable more. */
    public Job with(String variable, String value) {
        var more = new LinkedHashMap<>(environment);
        more.put(variable, value);
        return new Job(name, command, more, folder, logs, place, timeLimit);
    }

    /** The port that rank 0 takes if it runs on this machine: the one that was asked for, or the free one. */
    public String port() {
        return environment.getOrDefault(PORT, Integer.toString(place.freePort()));
    }
}
