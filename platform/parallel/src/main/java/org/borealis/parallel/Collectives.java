package org.borealis.parallel;

import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A library by which ranks talk to each other; registered as a service with the property {@value #NAME}.
 *
 * <p>An implementation over NCCL, MPI or oneCCL takes memory of its own device: what is not in this process's memory reaches it through
 * the addresses of the segments.
 */
@ConsumerType
public interface Collectives {
    /** Service property that names the library in recipes. */
    String NAME = "collectives.name";

    /**
     * Meets the other ranks of a job; waits until all are there.
     *
     * @throws CommunicationException if they are not within the time-out; the message names the address and who is missing, if known
     */
    World join(Rendezvous rendezvous);

    /**
     * Where and as whom to meet.
     *
     * @param address {@code host:port} that rank 0 listens on
     * @param rank this process, from 0
     * @param size how many there are
     * @param timeout for the meeting and for every wait afterwards
     */
    record Rendezvous(String address, int rank, int size, Duration timeout) {
        public Rendezvous {
            if (rank < 0 || rank >= size) {
                throw new CommunicationException("rendezvous", "rank " + rank + " of " + size + " can't be");
            }
        }
    }
}
