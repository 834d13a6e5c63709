package org.borealis.testkit;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Group;
import org.borealis.parallel.Pending;
import org.borealis.parallel.World;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Other collectives, to put a delay, a disturbance or a count in front of: every operation of every group but the barrier comes through
 * {@link #talk}. Whoever counts for one rank makes one of these for each rank, over the same real collectives.
 */
@ConsumerType
public class ForwardingCollectives implements Collectives {
    private static final MemorySegment NOTHING = MemorySegment.NULL;

    private final Collectives real;

    /** @param real what ranks do talk through */
    public ForwardingCollectives(Collectives real) {
        this.real = real;
    }

    /**
     * An operation that a rank asks for.
     *
     * @param operation as the contract calls it in messages
     * @param source what it reads; of no bytes if nothing
     * @param target what it writes, the source itself if in place; of no bytes if nothing
     * @param sentBytes what this rank sends, by a ring's reckoning (Thakur et al. 2005)
     */
    @ProviderType
    public record Call(String operation, MemorySegment source, MemorySegment target, double sentBytes) {
        /** Whether the result is written over what is read. */
        public boolean isInPlace() {
            return source.address() == target.address() && source.byteSize() > 0;
        }
    }

    /**
     * Called in place of an operation, by the thread of the rank that asks for it.
     *
     * @param operation begins the real one
     */
    protected Pending talk(Call call, Supplier<Pending> operation) {
        return operation.get();
    }

    @Override
    public final World join(Rendezvous rendezvous) {
        return new ForwardingWorld(real.join(rendezvous), this);
    }

    private record ForwardingWorld(World real, ForwardingCollectives owner) implements World {
        @Override
        public int rank() {
            return real.rank();
        }

        @Override
        public int size() {
            return real.size();
        }

        @Override
        public Group group(String name, List<Integer> ranks) {
            return new ForwardingGroup(real.group(name, ranks), owner);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private record ForwardingGroup(Group real, ForwardingCollectives owner) implements Group {
        @Override
        public int index() {
            return real.index();
        }

        @Override
        public int size() {
            return real.size();
        }

        /** What a rank sends of memory that holds a part for each, its own staying here. */
        private double sent(MemorySegment parts) {
            return (double) parts.byteSize() * (size() - 1) / size();
        }

        @Override
        public Pending allReduce(MemorySegment data, DataType type, Fold fold) {
            return owner.talk(
                    new Call("all-reduce", data, data, 2 * sent(data)), () -> real.allReduce(data, type, fold));
        }

        @Override
        public Pending allGather(MemorySegment part, MemorySegment whole) {
            return owner.talk(new Call("all-gather", part, whole, sent(whole)), () -> real.allGather(part, whole));
        }

        @Override
        public Pending reduceScatter(MemorySegment whole, MemorySegment part, DataType type) {
            return owner.talk(
                    new Call("reduce-scatter", whole, part, sent(whole)), () -> real.reduceScatter(whole, part, type));
        }

        @Override
        public Pending allToAll(MemorySegment source, MemorySegment target) {
            return owner.talk(
                    new Call("all-to-all", source, target, sent(source)), () -> real.allToAll(source, target));
        }

        @Override
        public Pending broadcast(MemorySegment data, int root) {
            return owner.talk(new Call("broadcast", data, data, data.byteSize()), () -> real.broadcast(data, root));
        }

        @Override
        public Pending send(MemorySegment data, int to) {
            return owner.talk(new Call("send", data, NOTHING, data.byteSize()), () -> real.send(data, to));
        }

        @Override
        public Pending receive(MemorySegment data, int from) {
            return owner.talk(new Call("receive", NOTHING, data, 0), () -> real.receive(data, from));
        }

        @Override
        public void barrier() {
            real.barrier();
        }
    }
}
