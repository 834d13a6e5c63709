package org.borealis.parallel;

import org.osgi.annotation.versioning.ConsumerType;

/** Communication under way. */
@ConsumerType
@FunctionalInterface
public interface Pending {

    /**
     * Waits until the memory that was given holds the result, and is the caller's again, also after an exception. Awaiting again
     * ends the same way.
     *
     * @throws CommunicationException if a peer is gone or the time is up: names this rank, the group and what was waited for
     */
    void await();
}
