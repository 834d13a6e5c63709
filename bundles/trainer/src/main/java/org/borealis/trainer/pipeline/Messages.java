package org.borealis.trainer.pipeline;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.parallel.Group;
import org.borealis.parallel.Pending;

/**
 * What stages send to each other. Both sides know in which order a peer sends, so what comes next is received while this rank
 * computes. Tensors are copied between the device and memory that libraries of collectives can address, and that is used again.
 */
final class Messages implements AutoCloseable {
    /** How many messages of a peer are awaited ahead. */
    private static final int AHEAD = 2;

    private final Group group;
    private final Device device;
    private final int mostSent;
    private final Arena arena = Arena.ofShared();
    private final Map<Long, Deque<MemorySegment>> unused = new HashMap<>();
    private final Deque<Moving> sent = new ArrayDeque<>();
    private final Map<Key, Moving> coming = new HashMap<>();
    private final Map<Integer, Deque<Expected>> expected = new HashMap<>();
    private final Map<Integer, Integer> ahead = new HashMap<>();

    /**
     * What a message is.
     *
     * @param part number of the part behind the boundary
     */
    record Key(boolean isGradient, int part, int batch) {}

    /** A message that a peer will send. */
    record Expected(Key key, long bytes) {}

    private record Moving(MemorySegment memory, Pending pending) {}

    /** @param mostSent messages that may be under way to others before this rank waits for the oldest */
    Messages(Group group, Device device, int mostSent) {
        this.group = group;
        this.device = device;
        this.mostSent = mostSent;
    }

    static long bytes(List<Slot> tensors) {
        return tensors.stream().mapToLong(t -> t.type().bytes()).sum();
    }

    /**
     * Begins to receive.
     *
     * @param messages by peer, in the order in which it sends
     */
    void expect(Map<Integer, List<Expected>> messages) {
        messages.forEach((peer, all) -> {
            expected.computeIfAbsent(peer, _ -> new ArrayDeque<>()).addAll(all);
            receiveAhead(peer);
        });
    }

    private void receiveAhead(int peer) {
        while (ahead.getOrDefault(peer, 0) < AHEAD && receiveNext(peer)) {}
    }

    private boolean receiveNext(int peer) {
        var next = Objects.requireNonNull(expected.get(peer)).poll();
        if (next == null) {
            return false;
        }
        var memory = take(next.bytes());
        coming.put(next.key(), new Moving(memory, group.receive(memory, peer)));
        ahead.merge(peer, 1, Integer::sum);
        return true;
    }

    /** Waits for a message of a peer, and puts its tensors where they belong. */
    void receive(int peer, Key key, List<Slot> targets) {
        while (!coming.containsKey(key)) {
            if (!receiveNext(peer)) {
                throw new IllegalStateException("stage " + peer + " sends no " + key);
            }
        }
        var message = Objects.requireNonNull(coming.remove(key));
        message.pending().await();
        ahead.merge(peer, -1, Integer::sum);
        long at = 0;
        for (var target : targets) {
            device.write(target, message.memory().asSlice(at, target.type().bytes()));
            at += target.type().bytes();
        }
        give(message.memory());
        receiveAhead(peer);
    }

    /** Sends tensors as one message; they may change when this returns. */
    void send(int peer, List<Slot> sources) {
        if (sent.size() >= mostSent) {
            settleOldest();
        }
        var memory = take(bytes(sources));
        long at = 0;
        for (var source : sources) {
            device.read(source, memory.asSlice(at, source.type().bytes()));
            at += source.type().bytes();
        }
        sent.add(new Moving(memory, group.send(memory, peer)));
    }

    private void settleOldest() {
        var oldest = sent.remove();
        oldest.pending().await();
        give(oldest.memory());
    }

    /** Waits until all has arrived that this rank has sent. */
    void settle() {
        while (!sent.isEmpty()) {
            settleOldest();
        }
    }

    private MemorySegment take(long bytes) {
        var memory = unused.computeIfAbsent(bytes, _ -> new ArrayDeque<>()).poll();
        return memory != null
                ? memory
                : arena.allocate(Math.max(1, bytes), Slot.ALIGNMENT).asSlice(0, bytes);
    }

    private void give(MemorySegment memory) {
        Objects.requireNonNull(unused.get(memory.byteSize())).add(memory);
    }

    /** Sends and receives at the same time: what this rank has to each of the others, and theirs. */
    void exchange(List<Integer> peers, Slot own, List<Slot> theirs) {
        var received = new ArrayList<Moving>();
        for (int peer : peers) {
            send(peer, List.of(own));
        }
        for (int i = 0; i < peers.size(); i++) {
            var memory = take(own.type().bytes());
            received.add(new Moving(memory, group.receive(memory, peers.get(i))));
        }
        for (int i = 0; i < peers.size(); i++) {
            received.get(i).pending().await();
            device.write(theirs.get(i), received.get(i).memory());
            give(received.get(i).memory());
        }
    }

    /** Memory that a failure left under way is not freed: a peer may still write into it. */
    @Override
    public void close() {
        if (sent.isEmpty() && coming.isEmpty()) {
            arena.close();
        }
    }
}
