package org.borealis.collectives.threads;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.Group;
import org.borealis.parallel.World;

/** A job as one of its threads sees it. */
final class ThreadWorld implements World {
    private final Rendezvous rendezvous;
    private final Job job;
    private final Map<List<Object>, Integer> asked = new HashMap<>();
    private final List<ThreadMember> members = new ArrayList<>();
    private boolean isOpen = true;

    ThreadWorld(Rendezvous rendezvous, Job job) {
        this.rendezvous = rendezvous;
        this.job = job;
    }

    @Override
    public int rank() {
        return rendezvous.rank();
    }

    @Override
    public int size() {
        return rendezvous.size();
    }

    @Override
    public synchronized Group group(String name, List<Integer> ranks) {
        if (!isOpen) {
            throw new CommunicationException(
                    "closed", "rank " + rank() + " asks for group " + name + " after its close");
        }
        int index = ranks.indexOf(rank());
        if (index < 0
                || ranks.stream().anyMatch(r -> r < 0 || r >= size())
                || ranks.stream().distinct().count() < ranks.size()) {
            throw new CommunicationException(
                    "group",
                    "rank " + rank() + " of " + size() + " asks for group " + name + " of ranks " + ranks
                            + "; each is there once, and this one is among them");
        }
        int turn = asked.merge(List.of(name, ranks), 1, Integer::sum);
        var member = new ThreadMember(job.meeting(name, List.copyOf(ranks), turn, rendezvous.timeout()), index);
        members.add(member);
        return member;
    }

    @Override
    public synchronized void close() {
        isOpen = false;
        members.forEach(ThreadMember::leave);
    }
}
