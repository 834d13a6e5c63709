package org.borealis.benchmarks.parallel;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.Supplier;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Pending;
import org.borealis.testkit.ForwardingCollectives;

/**
 * A rank's end of a wire that is thought: one operation of the rank after the other, each as long as its bytes and a latency take. What
 * the rank computes between takes the processor time that its thread does take, so that other work on the machine does not count.
 */
final class Wire extends ForwardingCollectives {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final double bytesPerSecond;
    private final double latencySeconds;
    private long startedAt;
    /** Processor time spent on the ranks' memory, which a wire's two ends do at once. */
    private long talking;

    private long waited;
    private long freeAt;
    private long busy;
    private int operations;

    /** @param bytesPerSecond that the rank sends, while it receives as much */
    Wire(Collectives real, double bytesPerSecond, double latencySeconds) {
        super(real);
        this.bytesPerSecond = bytesPerSecond;
        this.latencySeconds = latencySeconds;
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

    private long now() {
        return (long) (1e9 * passed());
    }

    @Override
    protected Pending talk(Call call, Supplier<Pending> operation) {
        if (call.operation().equals("receive")) {
            return operation.get(); // the sender's wire takes the time
        }
        long takes = (long) (1e9 * (latencySeconds + call.sentBytes() / bytesPerSecond));
        freeAt = Math.max(freeAt, now()) + takes;
        busy += takes;
        operations++;
        long doneAt = freeAt;
        var pending = uncounted(operation);
        return () -> {
            uncounted(() -> {
                pending.await();
                return true;
            });
            waited += Math.max(0, doneAt - now());
        };
    }

    private <T> T uncounted(Supplier<T> operation) {
        long before = threads.getCurrentThreadCpuTime();
        var result = operation.get();
        talking += threads.getCurrentThreadCpuTime() - before;
        return result;
    }
}
