package org.borealis.collectives.gloo;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.borealis.parallel.CommunicationException;
import org.borealis.tensor.DataType;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;

/**
 * Members of a group, connected each to each. After the first failure all that is under way ends, and the connections are closed, so that
 * the others learn of it.
 */
final class Connections {
    private final String name;
    private final List<Member> members;
    private final int index;
    private final Duration timeout;
    private final ProcessGroupGloo processes;
    private final Set<Transfer> transfers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ExecutorService queue;
    private Optional<Failure> failure = Optional.empty();

    /** A rank of the job, and where it is. */
    record Member(int rank, String host) {
        @Override
        public String toString() {
            return "rank " + rank + " at " + host;
        }
    }

    /** Why the group is of no more use. */
    private record Failure(String code, String reason, Optional<Throwable> cause) {}

    Connections(String name, List<Member> members, int index, Duration timeout, ProcessGroupGloo processes) {
        this.name = name;
        this.members = members;
        this.index = index;
        this.timeout = timeout;
        this.processes = processes;
        queue = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("gloo " + name).factory());
    }

    int index() {
        return index;
    }

    int size() {
        return members.size();
    }

    synchronized Transfer send(String label, MemorySegment data, int to, int tag) {
        return post(label, data, to, vector -> processes.send(vector, to, tag));
    }

    synchronized Transfer receive(String label, MemorySegment data, int from, int tag) {
        return post(label, data, from, vector -> processes.recv(vector, from, tag));
    }

    private Transfer post(String label, MemorySegment data, int peer, Function<TensorVector, Work> start) {
        requireWhole(label);
        try (var tensor = Blobs.of(data, DataType.UINT8);
                var vector = new TensorVector(tensor)) {
            var transfer = new Transfer(start.apply(vector), peer);
            transfers.add(transfer);
            return transfer;
        } catch (RuntimeException e) {
            throw fail(label, Optional.of(peer), e);
        }
    }

    /** Waits for messages one after the other, and ends them all. */
    void await(String label, List<Transfer> messages) {
        try {
            for (var message : messages) {
                try {
                    message.await();
                } catch (RuntimeException e) {
                    throw fail(label, Optional.of(message.peer()), e);
                }
            }
        } finally {
            messages.forEach(Transfer::close);
            synchronized (this) {
                messages.forEach(transfers::remove);
            }
        }
    }

    /** Does work, later, after all that was queued before it. */
    synchronized CompletableFuture<Void> enqueue(String label, Runnable work) {
        requireWhole(label);
        return CompletableFuture.runAsync(work, queue);
    }

    /** Lets Gloo do a whole collective with memory, and waits for it; only in the queue. */
    void collective(String label, MemorySegment data, DataType type, Collective collective) {
        try (var tensor = Blobs.of(data, type);
                var vector = new TensorVector(tensor);
                var work = start(label, vector, collective)) {
            if (!work._wait()) {
                throw new IllegalStateException("given up");
            }
        } catch (CommunicationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw fail(label, Optional.empty(), e);
        }
    }

    private synchronized Work start(String label, TensorVector vector, Collective collective) {
        requireWhole(label);
        return collective.start(processes, vector);
    }

    /** A collective of Gloo's. */
    interface Collective {
        Work start(ProcessGroupGloo processes, TensorVector data);
    }

    /** The first failure ends everything; all that fails later says why. */
    private synchronized CommunicationException fail(String label, Optional<Integer> peer, RuntimeException cause) {
        if (failure.isEmpty()) {
            var who =
                    peer.or(this::onlyOther).map(p -> members.get(p).toString()).orElse("one of the others");
            var first = Failures.of(where(label), who, cause);
            end(new Failure(first.code(), label + ": " + who + ": " + Failures.said(cause), Optional.of(cause)));
            return first;
        }
        return refusal(label);
    }

    /** Of two, whoever failed is the other one. */
    private Optional<Integer> onlyOther() {
        return size() == 2 ? Optional.of(1 - index) : Optional.empty();
    }

    private void end(Failure reason) {
        failure = Optional.of(reason);
        transfers.forEach(Transfer::abandon);
        transfers.clear();
        queue.execute(this::release);
        queue.shutdown();
    }

    private synchronized void release() {
        processes.close();
    }

    /** This rank leaves; waits until nothing of it is under way. */
    void close() {
        synchronized (this) {
            var left = new Failure("closed", "this rank has left", Optional.empty());
            if (failure.isEmpty()) {
                end(left);
            }
            failure = Optional.of(left);
        }
        try {
            boolean unused = queue.awaitTermination(timeout.toMillis() + 1000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void requireWhole(String label) {
        if (failure.isPresent()) {
            throw refusal(label);
        }
    }

    private CommunicationException refusal(String label) {
        var why = failure.orElseThrow();
        String message = where(label) + "the group has ended before, in " + why.reason();
        return why.cause()
                .map(cause -> new CommunicationException(why.code(), message, cause))
                .orElseGet(() -> new CommunicationException(why.code(), where(label) + why.reason()));
    }

    /** Begins every message. */
    String where(String label) {
        var ranks = members.stream().map(Member::rank).toList();
        return "rank " + members.get(index).rank() + ", " + label + " in group " + name + " of ranks " + ranks + ": ";
    }
}
