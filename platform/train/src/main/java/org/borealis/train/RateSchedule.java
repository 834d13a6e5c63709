package org.borealis.train;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * How the learning rate, or weight decay, changes over a run, as a pure function; registered as a service with the property
 * {@value #NAME}.
 */
@ConsumerType
public interface RateSchedule {
    /** Service property that names the schedule in recipes. */
    String NAME = "schedule.name";

    /** What the optimizer's rate, or its weight decay, is multiplied with. */
    double factor(Position position);

    /**
     * Where in a run a step is.
     *
     * @param step counted from 1
     * @param steps of the whole run
     * @param samples sequences seen when the step ends
     * @param tokens seen when the step ends
     */
    record Position(long step, long steps, long samples, long tokens) {}
}
