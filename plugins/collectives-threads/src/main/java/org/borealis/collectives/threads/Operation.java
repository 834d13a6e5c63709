package org.borealis.collectives.threads;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.parallel.CommunicationException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/**
 * What all members have to agree upon, and what happens to the memory of all of them when they are there.
 *
 * @param bytes that each gives
 */
sealed interface Operation {
    long bytes();

    /** As the contract calls it. */
    String label();

    /** @param memories of the members, in their order */
    void run(List<Memory> memories);

    /** What a member gives: {@code source} is read, {@code target} is written, and they may be the same. */
    record Memory(MemorySegment source, MemorySegment target) {
        /** Seen by any thread: a segment may belong to one only. */
        static MemorySegment shared(MemorySegment segment) {
            if (!segment.isNative()) {
                throw new CommunicationException("memory", "ranks give each other native memory; got " + segment);
            }
            return MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
        }

        static Memory of(MemorySegment source, MemorySegment target) {
            return new Memory(shared(source), shared(target));
        }
    }

    record AllReduce(DataType type, Fold fold, long bytes) implements Operation {
        @Override
        public String label() {
            return "all-reduce";
        }

        @Override
        public void run(List<Memory> memories) {
            var first = memories.getFirst().target();
            Folds.fold(memories.stream().map(Memory::source).toList(), first, type, fold);
            memories.stream().skip(1).forEach(memory -> memory.target().copyFrom(first));
        }
    }

    record AllGather(long bytes) implements Operation {
        @Override
        public String label() {
            return "all-gather";
        }

        @Override
        public void run(List<Memory> memories) {
            for (var memory : memories) {
                for (int i = 0; i < memories.size(); i++) {
                    part(memory.target(), i, memories.size())
                            .copyFrom(memories.get(i).source());
                }
            }
        }
    }

    record ReduceScatter(DataType type, long bytes) implements Operation {
        @Override
        public String label() {
            return "reduce-scatter";
        }

        @Override
        public void run(List<Memory> memories) {
            for (int i = 0; i < memories.size(); i++) {
                int index = i;
                var parts = memories.stream()
                        .map(memory -> part(memory.source(), index, memories.size()))
                        .toList();
                Folds.fold(parts, memories.get(i).target(), type, Fold.SUM);
            }
        }
    }

    record AllToAll(long bytes) implements Operation {
        @Override
        public String label() {
            return "all-to-all";
        }

        @Override
        public void run(List<Memory> memories) {
            int count = memories.size();
            for (int to = 0; to < count; to++) {
                for (int from = 0; from < count; from++) {
                    part(memories.get(to).target(), from, count)
                            .copyFrom(part(memories.get(from).source(), to, count));
                }
            }
        }
    }

    record Broadcast(int root, long bytes) implements Operation {
        @Override
        public String label() {
            return "broadcast";
        }

        @Override
        public void run(List<Memory> memories) {
            var source = memories.get(root).source();
            for (int i = 0; i < memories.size(); i++) {
                if (i != root) {
                    memories.get(i).target().copyFrom(source);
                }
            }
        }
    }

    record Barrier() implements Operation {
        @Override
        public String label() {
            return "barrier";
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void run(List<Memory> memories) {}
    }

    private static MemorySegment part(MemorySegment whole, int index, int count) {
        long bytes = whole.byteSize() / count;
        return whole.asSlice(index * bytes, bytes);
    }
}
