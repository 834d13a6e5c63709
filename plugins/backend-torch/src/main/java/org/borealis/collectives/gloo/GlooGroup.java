package org.borealis.collectives.gloo;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.concurrent.CompletionException;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.Group;
import org.borealis.parallel.Pending;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.ReduceOp;

/**
 * A group of processes. Large all-reduces and broadcasts are Gloo's own, in the order they were asked for, after all members agreed upon
 * them; the rest are messages, which Gloo copies straight from memory to memory, where c10d's collectives would go through copies of it.
 */
final class GlooGroup implements Group {
    private static final Pending NOTHING = () -> {};

    /** Bytes of all members together, up to which a message's time counts for more than its size. */
    private static final long SMALL = 256 << 10;

    private final Connections connections;
    private final Agreement inQueue;
    private final Agreement here;
    private final Scratch scratch = new Scratch();

    GlooGroup(Connections connections) {
        this.connections = connections;
        inQueue = new Agreement(connections);
        here = new Agreement(connections);
    }

    @Override
    public int index() {
        return connections.index();
    }

    @Override
    public int size() {
        return connections.size();
    }

    @Override
    public Pending allReduce(MemorySegment data, DataType type, Fold fold) {
        if (type == DataType.BOOL && fold == Fold.SUM) {
            throw mismatch("all-reduce", "there is no sum of BOOL");
        }
        String meaning = "all-reduce " + fold + " " + type + " " + data.byteSize();
        if (data.byteSize() * size() <= SMALL) {
            return exchanged(meaning, data, type, fold);
        }
        return queued(
                "all-reduce", meaning, data, type == DataType.BOOL ? DataType.UINT8 : type, (processes, vector) -> {
                    try (var options = new AllreduceOptions();
                            var operation =
                                    new ReduceOp(fold == Fold.SUM ? ReduceOp.RedOpType.SUM : ReduceOp.RedOpType.MAX)) {
                        return processes.allreduce(vector, options.reduceOp(operation));
                    }
                });
    }

    /** Everybody's whole data goes to everybody, who joins them in the order of the members: one message's time instead of several. */
    private Pending exchanged(String meaning, MemorySegment data, DataType type, Fold fold) {
        var exchange = new Exchange(connections, "all-reduce", meaning);
        var piece = scratch.take(data.byteSize() * size());
        var come = piece.memory().asSlice(0, data.byteSize() * size());
        part(come, index()).copyFrom(data);
        return exchange.withOthers(to -> data, from -> part(come, from))
                .then(() -> join(come, part(come, index()), data, type, fold), () -> scratch.giveBack(piece));
    }

    @Override
    public Pending broadcast(MemorySegment data, int root) {
        requireMember("broadcast", root);
        String meaning = "broadcast " + root + " " + data.byteSize();
        return queued("broadcast", meaning, data, DataType.UINT8, (processes, vector) -> {
            try (var options = new BroadcastOptions()) {
                return processes.broadcast(vector, options.rootRank(root));
            }
        });
    }

    private Pending queued(
            String label, String meaning, MemorySegment data, DataType type, Connections.Collective collective) {
        connections.requireWhole(label);
        if (size() == 1 || data.byteSize() == 0) {
            return NOTHING;
        }
        var done = connections.enqueue(label, () -> {
            inQueue.reach(label, meaning);
            connections.collective(label, data, type, collective);
            Reference.reachabilityFence(data);
        });
        return () -> {
            try {
                done.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof CommunicationException failure) {
                    throw failure;
                }
                throw e;
            }
        };
    }

    @Override
    public Pending allGather(MemorySegment part, MemorySegment whole) {
        requireParts("all-gather", whole, part);
        var exchange = new Exchange(connections, "all-gather", "all-gather " + part.byteSize())
                .withOthers(to -> part, from -> part(whole, from));
        part(whole, index()).copyFrom(part);
        return exchange;
    }

    @Override
    public Pending reduceScatter(MemorySegment whole, MemorySegment part, DataType type) {
        requireParts("reduce-scatter", whole, part);
        if (type == DataType.BOOL) {
            throw mismatch("reduce-scatter", "there is no sum of BOOL");
        }
        var exchange = new Exchange(connections, "reduce-scatter", "reduce-scatter " + type + " " + part.byteSize());
        var piece = scratch.take(whole.byteSize());
        var come = piece.memory().asSlice(0, whole.byteSize());
        return exchange.withOthers(to -> part(whole, to), from -> part(come, from))
                .then(() -> join(come, part(whole, index()), part, type, Fold.SUM), () -> scratch.giveBack(piece));
    }

    /** In the order of the members, so that the result does not depend on who it is for; {@code own} stands for this one's part. */
    private void join(MemorySegment come, MemorySegment own, MemorySegment target, DataType type, Fold fold) {
        if (size() == 1) {
            target.copyFrom(own);
        }
        var joined = index() == 0 ? own : part(come, 0);
        for (int member = 1; member < size(); member++) {
            Blobs.join(joined, member == index() ? own : part(come, member), target, type, fold);
            joined = target;
        }
    }

    @Override
    public Pending allToAll(MemorySegment source, MemorySegment target) {
        if (source.byteSize() != target.byteSize() || source.byteSize() % size() != 0) {
            throw mismatch(
                    "all-to-all",
                    "source of " + source.byteSize() + " bytes and target of " + target.byteSize() + " do not make "
                            + size() + " equal parts");
        }
        var exchange = new Exchange(connections, "all-to-all", "all-to-all " + source.byteSize())
                .withOthers(to -> part(source, to), from -> part(target, from));
        part(target, index()).copyFrom(part(source, index()));
        return exchange;
    }

    @Override
    public Pending send(MemorySegment data, int to) {
        requirePeer("send", to);
        return new Exchange(connections, "send", "message " + data.byteSize()).send(data, to);
    }

    @Override
    public Pending receive(MemorySegment data, int from) {
        requirePeer("receive", from);
        return new Exchange(connections, "receive", "message " + data.byteSize()).receive(data, from);
    }

    @Override
    public void barrier() {
        connections.requireWhole("barrier");
        here.reach("barrier", "barrier");
    }

    void close() {
        connections.close();
        scratch.close();
    }

    private MemorySegment part(MemorySegment whole, int index) {
        long bytes = whole.byteSize() / size();
        return whole.asSlice(index * bytes, bytes);
    }

    private void requireParts(String label, MemorySegment whole, MemorySegment part) {
        if (whole.byteSize() != part.byteSize() * size()) {
            throw mismatch(
                    label, "whole of " + whole.byteSize() + " bytes is not " + size() + " parts of " + part.byteSize());
        }
    }

    private void requirePeer(String label, int member) {
        requireMember(label, member);
        if (member == index()) {
            throw mismatch(label, "member " + member + " is this rank itself");
        }
    }

    private void requireMember(String label, int member) {
        if (member < 0 || member >= size()) {
            throw mismatch(label, "there is no member " + member + " among " + size());
        }
    }

    private CommunicationException mismatch(String label, String reason) {
        return new CommunicationException("mismatch", connections.where(label) + reason);
    }
}
