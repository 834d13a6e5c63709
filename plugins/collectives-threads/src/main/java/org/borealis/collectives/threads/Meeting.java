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
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
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
    private final Set<Integer> gone = new TreeSet<>();
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

        @Override
        public boolean needs(int member) {
            return true;
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

        @Override
        public boolean needs(int member) {
            return member == peer;
        }
    }

    /** What a member may wait for; guarded by the meeting. */
    interface Awaited {
        boolean isDone();

        /** Members that have not come. */
        List<Integer> missing();

        /** Whether it can't end without this member, or without its memory. */
        boolean needs(int member);
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
        requireThere(index, operation.label(), _ -> true);
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
        requireThere(index, label, member -> member == peer);
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
            requireThere(index, label, awaited::needs);
            if (!Job.pause(this, deadline)) {
                var missing = awaited.missing().stream().map(ranks::get).toList();
                fail(
                        "peer-late",
                        "rank " + ranks.get(index) + " waited " + timeout + " in " + label + " for ranks " + missing);
            }
        }
    }

    /** What is under way with this member can't end any more; its memory may be gone. Others go on with each other. */
    synchronized void leave(int index) {
        gone.add(index);
        rounds.clear();
        channels.keySet().removeIf(pair -> pair.contains(index));
        notifyAll();
    }

    private void requireThere(int index, String label, IntPredicate isNeeded) {
        for (int member : gone) {
            if (member != index && isNeeded.test(member)) {
                throw new CommunicationException(
                        "peer-lost", where(index, label) + "rank " + ranks.get(member) + " has left");
            }
        }
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
