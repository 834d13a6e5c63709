package org.borealis.compiler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.parallel.Group;
import org.borealis.parallel.Pending;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.Collective.AllReduce;
import org.borealis.tensor.Collective.AllToAll;
import org.borealis.tensor.Collective.BroadcastFrom;
import org.borealis.tensor.Collective.Index;
import org.borealis.tensor.Collective.Only;
import org.borealis.tensor.Collective.Own;
import org.borealis.tensor.Collective.ReduceScatter;
import org.borealis.tensor.Collective.ReduceTo;
import org.borealis.tensor.Collective.Shift;
import org.borealis.tensor.Collective.Summand;
import org.borealis.tensor.Primitive.Fold;
import org.jspecify.annotations.Nullable;

/**
 * A collective, bound to memory and to those it talks to. It begins when it is run, and is done when it has been waited for. What the
 * device does not let this process address is copied on the way.
 */
final class Exchange implements Kernel {
    private final Device device;
    private final Arena arena = Arena.ofShared();
    private final Side source;
    private final Side target;
    private final Talk talk;
    private @Nullable Pending pending;

    /** Starts the talking. */
    @FunctionalInterface
    private interface Talk {
        Pending start(MemorySegment source, MemorySegment target);
    }

    /**
     * One end.
     *
     * @param memory what the talking reads or writes
     * @param isCopy whether that is not the device's own
     */
    private record Side(Slot slot, MemorySegment memory, boolean isCopy) {
        static Side of(Device device, Slot slot, Arena arena) {
            Optional<MemorySegment> own = device.memory(slot);
            return new Side(
                    slot,
                    own.orElseGet(() -> arena.allocate(Math.max(1, slot.type().bytes()), Slot.ALIGNMENT)
                            .asSlice(0, slot.type().bytes())),
                    own.isEmpty());
        }
    }

    private Exchange(Device device, Slot input, Slot output, Talk talk) {
        this.device = device;
        this.talk = talk;
        source = Side.of(device, input, arena);
        target = Side.of(device, output, arena);
    }

    static Exchange of(Device device, Group group, Collective op, Slot input, Slot output) {
        var type = input.type().type();
        Talk talk = switch (op) {
            case AllReduce(var _, var fold) -> (from, to) -> group.allReduce(moved(from, to), type, fold);
            case ReduceTo _ -> (from, to) -> group.allReduce(moved(from, to), type, Fold.SUM);
            case BroadcastFrom(var _, int rank, var _) -> (from, to) -> group.broadcast(moved(from, to), rank);
            case AllGather _ -> group::allGather;
            case ReduceScatter _ -> (from, to) -> group.reduceScatter(from, to, type);
            case AllToAll _ -> group::allToAll;
            case Shift _ ->
                (from, to) -> {
                    int size = group.size();
                    var sent = group.send(from, (group.index() + 1) % size);
                    var received = group.receive(to, (group.index() + size - 1) % size);
                    return () -> {
                        received.await();
                        sent.await();
                    };
                };
            case Own _, Index _, Only _, Summand _ -> throw new IllegalStateException(op.label() + " talks to nobody");
        };
        return new Exchange(device, input, output, talk);
    }

    private static MemorySegment moved(MemorySegment from, MemorySegment to) {
        return from.address() == to.address() ? to : to.copyFrom(from);
    }

    @Override
    public void run() {
        if (source.isCopy()) {
            device.read(source.slot(), source.memory());
        } else {
            device.finish();
        }
        pending = talk.start(source.memory(), target.memory());
    }

    /** Waits until the result is where it belongs. */
    void await() {
        var begun = Objects.requireNonNull(pending);
        pending = null;
        begun.await();
        if (target.isCopy()) {
            device.write(target.slot(), target.memory());
        }
    }

    /** Waits until nobody uses the memory any more, after a run that failed for this reason. */
    void abandon(Throwable reason) {
        if (pending != null) {
            try {
                await();
            } catch (RuntimeException e) {
                reason.addSuppressed(e);
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
