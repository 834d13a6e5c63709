package org.borealis.parallel;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** All ranks of a job, seen by one of them. */
@ConsumerType
public interface World extends AutoCloseable {

    /** This rank, from 0. */
    int rank();

    /** How many ranks there are. */
    int size();

    /**
     * Ranks that work together. Every member asks for the same groups in the same order; may wait for the others.
     *
     * @param name the same for all members; different for different groups of one rank
     * @param ranks members in their order, this rank among them
     * @throws CommunicationException if a member does not come within the time-out
     */
    Group group(String name, List<Integer> ranks);

    /** Leaves. Groups are dead afterwards; a peer that still waits for this rank learns that it is gone. Closing twice does nothing. */
    @Override
    void close();
}
