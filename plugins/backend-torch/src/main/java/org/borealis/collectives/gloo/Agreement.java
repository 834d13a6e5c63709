package org.borealis.collectives.gloo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Lets members go on only when all of them mean to do the same: a dissemination barrier (Hensgen, Finkel and Manber 1988) whose messages
 * carry what is meant in their tag, so that those of members that mean something else never meet. Gloo itself ends the process when more
 * bytes come than it waits for, and takes fewer for all.
 */
final class Agreement {
    private final Connections connections;
    private final MemorySegment out = Arena.ofAuto().allocate(1);
    private final MemorySegment in = Arena.ofAuto().allocate(1);

    Agreement(Connections connections) {
        this.connections = connections;
    }

    /** @param meaning of all members, the same */
    void reach(String label, String meaning) {
        int size = connections.size();
        int index = connections.index();
        int tag = tag("agree on " + meaning);
        for (int step = 1; step < size; step *= 2) {
            var received = connections.receive(label, in, (index + size - step) % size, tag);
            var sent = connections.send(label, out, (index + step) % size, tag);
            connections.await(label, List.of(received, sent));
        }
    }

    /** The same in every process, as String's hash is specified to be; Gloo wants it not negative. */
    static int tag(String meaning) {
        return meaning.hashCode() & Integer.MAX_VALUE;
    }
}
