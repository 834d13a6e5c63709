package org.borealis.benchmarks.parallel;

import java.util.function.Supplier;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Pending;
import org.borealis.testkit.ForwardingCollectives;

/** Counts what one rank says, and how long it can do nothing else. */
final class Meter extends ForwardingCollectives {
    private static final Pending NOTHING = () -> {};

    private boolean waitsAtOnce;
    private long held;
    private double bytes;
    private int operations;

    Meter(Collectives real) {
        super(real);
    }

    /** Has each operation waited for as soon as it has begun, as if nothing could be computed meanwhile. */
    void waitAtOnce(boolean does) {
        waitsAtOnce = does;
    }

    void reset() {
        held = 0;
        bytes = 0;
        operations = 0;
    }

    /** Seconds in which the rank began operations and waited for them, since the last {@link #reset}. */
    double heldSeconds() {
        return held / 1e9;
    }

    /** What the rank has sent, by a ring's reckoning. */
    double sentBytes() {
        return bytes;
    }

    int operations() {
        return operations;
    }

    @Override
    protected Pending talk(Call call, Supplier<Pending> operation) {
        long begun = System.nanoTime();
        var pending = operation.get();
        operations++;
        bytes += call.sentBytes();
        held += System.nanoTime() - begun;
        if (waitsAtOnce) {
            await(pending);
            return NOTHING;
        }
        return () -> await(pending);
    }

    private void await(Pending pending) {
        long begun = System.nanoTime();
        pending.await();
        held += System.nanoTime() - begun;
    }
}
