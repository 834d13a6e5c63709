package org.borealis.collectives.threads;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.borealis.collectives.threads.Operation.Memory;
import org.borealis.parallel.CommunicationException;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of a group meet. Each leaves its memory and goes on; whoever comes last does the work for all. So nothing is copied
 * twice, and the results do not depend on who that is.
 */
final class Meeting {
    private final String name;
    private final List<Integer> ranks;
    private final Duration timeout;
    private final Map<Long, Round> rounds = new HashMap<>();
    private final Map<List<Integer>, Deque<Message>> channels = new HashMap<>();
    private Optional<Failure> failure = Optional.empty();

    /** Why the group is of no more use. */
    private record Failure(String code, String reason) {}

    /** An operation, with the memory of the members that have come, in their order. */
    private static final class Round implements Awaited {
        final Operation operation;
        final @Nullable Memory[] memories;
        int come;
        boolean isDone;

        Round(Operation operation, int size) {
            this.operation = operation;
            memories = new Memory[size];
        }

        @Override
        public boolean isDone() {
            return isDone;
        }

        @Override
        public List<Integer> missing() {
            return IntStream.range(0, memories.length)
                    .filter(i -> memories[i] == null)
                    .boxed()
                    .toList();
        }
    }

    /** One side of a message that waits for the other. */
    private static final class Message implements Awaited {
        final Memory memory;
        final boolean isSent;
        final int peer;
        boolean isDone;

        Message(Memory memory, boolean isSent, int peer) {
            this.memory = memory;
            this.isSent = isSent;
            this.peer = peer;
        }

        @Override
        public boolean isDone() {
            return isDone;
        }

        @Override
        public List<Integer> missing() {
            return List.of(peer);
        }
    }

    /** What a member may wait for; guarded by the meeting. */
    interface Awaited {
        boolean isDone();

        /** Members that it still needs. */
        List<Integer> missing();
    }

    Meeting(String name, List<Integer> ranks, Duration timeout) {
        this.name = name;
        this.ranks = ranks;
        this.timeout = timeout;
    }

    int size() {
        return ranks.size();
    }

    /** A member comes to its {@code turn}-th operation. */
    synchronized Awaited come(int index, long turn, Operation operation, Memory memory) {
        requireWhole(index, operation.label());
        var round = rounds.computeIfAbsent(turn, t -> new Round(operation, size()));
        if (!round.operation.equals(operation)) {
            fail("mismatch", "rank " + ranks.get(index) + " does " + operation + ", another member " + round.operation);
            throw refusal(index, operation.label());
        }
        round.memories[index] = memory;
        if (++round.come == size()) {
            rounds.remove(turn);
            operation.run(
                    Arrays.stream(round.memories).map(Objects::requireNonNull).toList());
            round.isDone = true;
            notifyAll();
        }
        return round;
    }

    /** A member sends, or receives. */
    synchronized Awaited message(int index, int peer, boolean isSent, Memory memory) {
        String label = isSent ? "send" : "receive";
        requireWhole(index, label);
        var channel = channels.computeIfAbsent(
                isSent ? List.of(index, peer) : List.of(peer, index), key -> new ArrayDeque<>());
        var mine = new Message(memory, isSent, peer);
        var other = channel.peek();
        if (other == null || other.isSent == isSent) {
            channel.add(mine);
            return mine;
        }
        channel.remove();
        long sent = (isSent ? memory : other.memory).source().byteSize();
        long received = (isSent ? other.memory : memory).target().byteSize();
        if (sent != received) {
            fail("mismatch", sent + " bytes were sent where " + received + " were to be received");
            throw refusal(index, label);
        }
        (isSent ? other.memory : memory).target().copyFrom((isSent ? memory : other.memory).source());
        other.isDone = true;
        mine.isDone = true;
        notifyAll();
        return mine;
    }

    synchronized void await(int index, String label, Awaited awaited) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!awaited.isDone()) {
            requireWhole(index, label);
            if (!Job.pause(this, deadline)) {
                var missing = awaited.missing().stream().map(ranks::get).toList();
                fail(
                        "peer-late",
                        "rank " + ranks.get(index) + " waited " + timeout + " in " + label + " for ranks " + missing);
            }
        }
    }

    /** Work that is under way can't end any more. */
    synchronized void leave(int index) {
        fail("peer-lost", "rank " + ranks.get(index) + " has left");
    }

    private void fail(String code, String reason) {
        if (failure.isEmpty()) {
            failure = Optional.of(new Failure(code, reason));
            rounds.clear();
            channels.clear();
        }
        notifyAll();
    }

    private void requireWhole(int index, String label) {
        if (failure.isPresent()) {
            throw refusal(index, label);
        }
    }

    private CommunicationException refusal(int index, String label) {
        var why = failure.orElseThrow();
        return new CommunicationException(why.code(), where(index, label) + why.reason());
    }

    /** Begins every message. */
    String where(int index, String label) {
        return "rank " + ranks.get(index) + ", " + label + " in group " + name + " of ranks " + ranks + ": ";
    }
}
