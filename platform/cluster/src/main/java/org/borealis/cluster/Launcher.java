package org.borealis.cluster;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Knows how one system starts the processes of a job; a service with the property {@value #NAME}, configured with the
 * settings that only this system has.
 */
@ConsumerType
public interface Launcher {
    /** Service property: the system, such as {@code slurm}. */
    String NAME = "launcher.name";

    /**
     * What starts a job. Starts nothing and looks at nothing but its argument, so that it can be shown beforehand.
     *
     * @throws ClusterException if this system can't run such a job; says what it can
     */
    Submission submit(Job job);
}
