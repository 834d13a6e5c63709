package org.borealis.collectives.gloo;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.Pending;

/** Messages with any of the other members that make up one operation; whatever has to be done when they are there, the waiter does. */
final class Exchange implements Pending {
    private final Connections connections;
    private final String label;
    private final int tag;
    private final List<Transfer> transfers = new ArrayList<>();

    /** Must not be freed meanwhile, even if the caller forgets it. */
    private final List<MemorySegment> memory = new ArrayList<>();

    private Runnable then = () -> {};
    private Runnable last = () -> {};
    private Optional<CommunicationException> failure = Optional.empty();
    private boolean isOver;

    /** @param meaning the same for all members: only messages of one meaning meet */
    Exchange(Connections connections, String label, String meaning) {
        this.connections = connections;
        this.label = label;
        tag = Agreement.tag(meaning);
        connections.requireWhole(label);
    }

    Exchange receive(MemorySegment data, int from) {
        memory.add(data);
        if (data.byteSize() > 0) {
            transfers.add(connections.receive(label, data, from, tag));
        }
        return this;
    }

    Exchange send(MemorySegment data, int to) {
        memory.add(data);
        if (data.byteSize() > 0) {
            transfers.add(connections.send(label, data, to, tag));
        }
        return this;
    }

    /** With every other member; begins with the next one, so that not all talk to the same. */
    Exchange withOthers(IntFunction<MemorySegment> outgoing, IntFunction<MemorySegment> incoming) {
        int size = connections.size();
        for (int step = 1; step < size; step++) {
            int from = (connections.index() + size - step) % size;
            receive(incoming.apply(from), from);
        }
        for (int step = 1; step < size; step++) {
            int to = (connections.index() + step) % size;
            send(outgoing.apply(to), to);
        }
        return this;
    }

    /** @param whenThere is done only after success, {@code atTheEnd} always */
    Exchange then(Runnable whenThere, Runnable atTheEnd) {
        then = whenThere;
        last = atTheEnd;
        return this;
    }

    @Override
    public void await() {
        if (!isOver) {
            isOver = true;
            try {
                connections.await(label, transfers);
                then.run();
            } catch (CommunicationException e) {
                failure = Optional.of(e);
            } finally {
                last.run();
                memory.clear();
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
