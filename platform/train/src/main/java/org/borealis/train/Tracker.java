package org.borealis.train;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Receives the events of a run, in order, on one thread that is not the training thread; registered as a service with the property
 * {@value #NAME}. What it throws is logged and does not stop the run.
 */
@ConsumerType
public interface Tracker {
    /** Service property that names the tracker in recipes. */
    String NAME = "tracker.name";

    /** A run began, or goes on. */
    default void begin(String run, Path folder) {}

    /** Something happened. */
    void accept(RunEvent event);

    /** The run ended or was stopped. */
    default void end() {}
}
