package org.borealis.collectives.threads;

import java.lang.foreign.MemorySegment;
import org.borealis.collectives.threads.Operation.Memory;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.Group;
import org.borealis.parallel.Pending;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/** A group as one of its members sees it. */
final class ThreadMember implements Group {
    private final Meeting meeting;
    private final int index;
    private long turns;
    private volatile boolean isOpen = true;

    ThreadMember(Meeting meeting, int index) {
        this.meeting = meeting;
        this.index = index;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public int size() {
        return meeting.size();
    }

    @Override
    public Pending allReduce(MemorySegment data, DataType type, Fold fold) {
        if (type == DataType.BOOL && fold == Fold.SUM) {
            throw mismatch("all-reduce", "there is no sum of BOOL");
        }
        return come(new Operation.AllReduce(type, fold, data.byteSize()), data, data);
    }

    @Override
    public Pending allGather(MemorySegment part, MemorySegment whole) {
        requireParts("all-gather", whole, part);
        return come(new Operation.AllGather(part.byteSize()), part, whole);
    }

    @Override
    public Pending reduceScatter(MemorySegment whole, MemorySegment part, DataType type) {
        requireParts("reduce-scatter", whole, part);
        return come(new Operation.ReduceScatter(type, part.byteSize()), whole, part);
    }

    @Override
    public Pending allToAll(MemorySegment source, MemorySegment target) {
        if (source.byteSize() != target.byteSize() || source.byteSize() % size() != 0) {
            throw mismatch(
                    "all-to-all",
                    "source of " + source.byteSize() + " bytes and target of " + target.byteSize() + " do not make "
                            + size() + " equal parts");
        }
        return come(new Operation.AllToAll(source.byteSize()), source, target);
    }

    @Override
    public Pending broadcast(MemorySegment data, int root) {
        requireMember("broadcast", root);
        return come(new Operation.Broadcast(root, data.byteSize()), data, data);
    }

    @Override
    public Pending send(MemorySegment data, int to) {
        return message("send", data, to, true);
    }

    @Override
    public Pending receive(MemorySegment data, int from) {
        return message("receive", data, from, false);
    }

    private Pending message(String label, MemorySegment data, int peer, boolean isSent) {
        requireOpen(label);
        requireMember(label, peer);
        var message = meeting.message(index, peer, isSent, Memory.of(data, data));
        return () -> meeting.await(index, label, message);
    }

    @Override
    public void barrier() {
        come(new Operation.Barrier(), MemorySegment.NULL, MemorySegment.NULL).await();
    }

    private Pending come(Operation operation, MemorySegment source, MemorySegment target) {
        requireOpen(operation.label());
        var round = meeting.come(index, turns++, operation, Memory.of(source, target));
        return () -> meeting.await(index, operation.label(), round);
    }

    void leave() {
        if (isOpen) {
            isOpen = false;
            meeting.leave(index);
        }
    }

    private void requireOpen(String label) {
        if (!isOpen) {
            throw new CommunicationException("closed", meeting.where(index, label) + "this rank has left");
        }
    }

    private void requireMember(String label, int member) {
        if (member < 0 || member >= size() || (member == index && !label.equals("broadcast"))) {
            throw mismatch(label, "there is no member " + member + " to talk to; this is " + index + " of " + size());
        }
    }

    private void requireParts(String label, MemorySegment whole, MemorySegment part) {
        if (whole.byteSize() != part.byteSize() * size()) {
            throw mismatch(
                    label, "whole of " + whole.byteSize() + " bytes is not " + size() + " parts of " + part.byteSize());
        }
    }

    private CommunicationException mismatch(String label, String reason) {
        return new CommunicationException("mismatch", meeting.where(index, label) + reason);
    }
}
