package org.borealis.compiler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Group;
import org.borealis.parallel.Pending;
import org.borealis.parallel.World;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/**
 * Ranks that are threads, and talk as late as they may: when they are waited for. Before that there are NaNs where results will be, so
 * that whoever reads too early, or writes to memory that is not his yet, shows.
 */
final class LateCollectives implements Collectives {
    private final Collectives real = new ThreadCollectives();
    private final Consumer<String> events;

    LateCollectives() {
        this(event -> {});
    }

    /** @param events told when each operation of any rank begins and is waited for */
    LateCollectives(Consumer<String> events) {
        this.events = events;
    }

    @Override
    public World join(Rendezvous rendezvous) {
        return new LateWorld(real.join(rendezvous), events);
    }

    private record LateWorld(World real, Consumer<String> events) implements World {
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
            return new LateGroup(real.group(name, ranks), events);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private record LateGroup(Group real, Consumer<String> events) implements Group {
        @Override
        public int index() {
            return real.index();
        }

        @Override
        public int size() {
            return real.size();
        }

        private Pending late(String label, MemorySegment target, Supplier<Pending> operation) {
            events.accept("begin " + label);
            target.fill((byte) -1);
            return () -> {
                events.accept("await " + label);
                operation.get().await();
            };
        }

        @Override
        public Pending allReduce(MemorySegment data, DataType type, Fold fold) {
            var given = Arena.ofAuto().allocate(data.byteSize()).copyFrom(data);
            return late("all-reduce", data, () -> real.allReduce(data.copyFrom(given), type, fold));
        }

        @Override
        public Pending allGather(MemorySegment part, MemorySegment whole) {
            return late("all-gather", whole, () -> real.allGather(part, whole));
        }

        @Override
        public Pending reduceScatter(MemorySegment whole, MemorySegment part, DataType type) {
            return late("reduce-scatter", part, () -> real.reduceScatter(whole, part, type));
        }

        @Override
        public Pending allToAll(MemorySegment source, MemorySegment target) {
            return late("all-to-all", target, () -> real.allToAll(source, target));
        }

        @Override
        public Pending broadcast(MemorySegment data, int root) {
            return real.broadcast(data, root);
        }

        @Override
        public Pending send(MemorySegment data, int to) {
            return real.send(data, to);
        }

        @Override
        public Pending receive(MemorySegment data, int from) {
            return real.receive(data, from);
        }

        @Override
        public void barrier() {
            real.barrier();
        }
    }
}
