package org.borealis.collectives.threads;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.CommunicationException;

/** What the ranks of a job share: who has come, and where the members of each group meet. */
final class Job {
    /** @param turn tells groups that were asked for several times apart */
    private record Key(String name, List<Integer> ranks, int turn) {}

    private final int size;
    private final Set<Integer> come = new TreeSet<>();
    private final Map<Key, Meeting> meetings = new HashMap<>();
    private boolean isGivenUp;

    Job(int size) {
        this.size = size;
    }

    synchronized void enter(Rendezvous rendezvous) {
        if (rendezvous.size() != size || !come.add(rendezvous.rank())) {
            throw new CommunicationException(
                    "rendezvous",
                    "rank " + rendezvous.rank() + " of " + rendezvous.size() + " came to " + rendezvous.address()
                            + ", where a job of " + size + " meets and ranks " + come + " are already");
        }
        notifyAll();
    }

    synchronized boolean isComplete() {
        return come.size() == size;
    }

    synchronized void awaitAll(Rendezvous rendezvous) {
        long deadline = System.nanoTime() + rendezvous.timeout().toNanos();
        while (!isComplete()) {
            if (isGivenUp || !pause(this, deadline)) {
                isGivenUp = true;
                notifyAll();
                var missing = IntStream.range(0, size)
                        .filter(r -> !come.contains(r))
                        .boxed()
                        .toList();
                throw new CommunicationException(
                        "rendezvous",
                        "rank " + rendezvous.rank() + " of " + size + " waited " + rendezvous.timeout() + " at "
                                + rendezvous.address() + " for ranks " + missing
                                + "; all ranks have to join through the same component, with the same address");
            }
        }
    }

    /** The place where members of a group meet; the same object for all of them. */
    synchronized Meeting meeting(String name, List<Integer> ranks, int turn, Duration timeout) {
        return meetings.computeIfAbsent(new Key(name, ranks, turn), key -> new Meeting(name, ranks, timeout));
    }

    /** Waits for a change of what {@code monitor} guards, which the caller holds; false when the time is up. */
    static boolean pause(Object monitor, long deadline) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            return false;
        }
        try {
            TimeUnit.NANOSECONDS.timedWait(monitor, left);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommunicationException("interrupted", "a rank was interrupted while it waited for others", e);
        }
    }
}
