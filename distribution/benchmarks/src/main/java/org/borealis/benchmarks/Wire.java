package org.borealis.benchmarks;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.function.Supplier;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Group;
import org.borealis.parallel.Pending;
import org.borealis.parallel.World;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/**
 * Real ranks over a wire that is thought: one operation of a rank after the other, each as long as its bytes and a latency take. What
 * the rank computes between takes the processor time that its thread does take, so that other work on the machine does not count.
 *
 * @param bytesPerSecond that a rank sends, while it receives as much
 */
record Wire(Collectives real, double bytesPerSecond, double latencySeconds) implements Collectives {

    @Override
    public Line join(Rendezvous rendezvous) {
        return new Line(real.join(rendezvous), this);
    }

    /** A rank's end of the wire; used by one thread. */
    static final class Line implements World {
        private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        private final World real;
        private final Wire wire;
        private long startedAt;
        /** Processor time spent on the ranks' memory, which a wire's two ends do at once. */
        private long talking;

        private long waited;
        private long freeAt;
        private long busy;
        private int operations;

        private Line(World real, Wire wire) {
            this.real = real;
            this.wire = wire;
        }

        void reset() {
            talking = 0;
            waited = 0;
            freeAt = 0;
            busy = 0;
            operations = 0;
            startedAt = threads.getCurrentThreadCpuTime();
        }

        /** Seconds computed since the last {@link #reset}. */
        double computed() {
            return (threads.getCurrentThreadCpuTime() - startedAt - talking) / 1e9;
        }

        /** Seconds computed and waited. */
        double passed() {
            return computed() + waited / 1e9;
        }

        /** Seconds for which the wire was in use. */
        double busy() {
            return busy / 1e9;
        }

        int operations() {
            return operations;
        }

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
            return new End(real.group(name, ranks), this);
        }

        @Override
        public void close() {
            real.close();
        }

        private long now() {
            return (long) (1e9 * passed());
        }

        private <T> T talk(Supplier<T> operation) {
            long before = threads.getCurrentThreadCpuTime();
            var result = operation.get();
            talking += threads.getCurrentThreadCpuTime() - before;
            return result;
        }

        private Pending paced(Supplier<Pending> operation, double bytes) {
            long takes = (long) (1e9 * (wire.latencySeconds() + bytes / wire.bytesPerSecond()));
            freeAt = Math.max(freeAt, now()) + takes;
            busy += takes;
            operations++;
            long doneAt = freeAt;
            var pending = talk(operation);
            return () -> {
                talk(() -> {
                    pending.await();
                    return true;
                });
                waited += Math.max(0, doneAt - now());
            };
        }
    }

    private record End(Group real, Line line) implements Group {
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
            return line.paced(() -> real.allReduce(data, type, fold), 2 * sent(data)); // a ring
        }

        @Override
        public Pending allGather(MemorySegment part, MemorySegment whole) {
            return line.paced(() -> real.allGather(part, whole), sent(whole));
        }

        @Override
        public Pending reduceScatter(MemorySegment whole, MemorySegment part, DataType type) {
            return line.paced(() -> real.reduceScatter(whole, part, type), sent(whole));
        }

        @Override
        public Pending allToAll(MemorySegment source, MemorySegment target) {
            return line.paced(() -> real.allToAll(source, target), sent(source));
        }

        @Override
        public Pending broadcast(MemorySegment data, int root) {
            return line.paced(() -> real.broadcast(data, root), data.byteSize());
        }

        @Override
        public Pending send(MemorySegment data, int to) {
            return line.paced(() -> real.send(data, to), data.byteSize());
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
