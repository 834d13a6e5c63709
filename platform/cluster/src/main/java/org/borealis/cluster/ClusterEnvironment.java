package org.borealis.cluster;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Knows by which environment variables one system tells a process its place in a job; a service with the property
 * {@value #NAME}.
 */
@ConsumerType
public interface ClusterEnvironment {
    /** Service property: the system, such as {@code slurm}. */
    String NAME = "cluster.name";

    /**
     * How close to the process this system stands. Where several answer, the closest is right: mpiexec that runs inside a
     * job of Slurm made this process, and Slurm made mpiexec.
     */
    int closeness();

    /**
     * The place of the process that has these variables; empty if this system did not start it.
     *
     * @throws ClusterException if it did, and what it says is incomplete or contradicts itself; names the variables
     */
    Optional<Membership> membership(Map<String, String> variables);

    /** What the closest system that started this process says; empty for a process that belongs to no job. */
    static Optional<Membership> membership(
            Collection<? extends ClusterEnvironment> environments, Map<String, String> variables) {
        return environments.stream()
                .sorted(Comparator.comparingInt(ClusterEnvironment::closeness).reversed())
                .flatMap(each -> each.membership(variables).stream())
                .findFirst();
    }
}
