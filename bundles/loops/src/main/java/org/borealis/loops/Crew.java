package org.borealis.loops;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.borealis.device.Workers;
import org.jspecify.annotations.Nullable;

/** Threads that wait for work in a short spin, then parked. */
final class Crew implements Workers {
    private static final long SPIN_NANOS = 20_000; // what parking and waking costs
    private static final IntConsumer NOTHING = task -> {};

    private static final Scratch[] NONE = {};

    private final Thread[] threads;
    private final AtomicBoolean isTaken = new AtomicBoolean();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final Scratch[] scratches;
    private final AtomicBoolean isScratchTaken = new AtomicBoolean();
    private volatile int round;
    private volatile boolean isClosed;
    private volatile @Nullable Thread waiting;
    private volatile @Nullable Throwable failure;
    private IntConsumer work = NOTHING;
    private int tasks;

    Crew(int count) {
        scratches = new Scratch[count];
        for (int i = 0; i < count; i++) {
            scratches[i] = new Scratch();
        }
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(this::serve, "borealis-loops-" + (i + 1));
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    @Override
    public int count() {
        return threads.length + 1;
    }

    /** Scratch for each thread, to be given back; none if another kernel computes in it. */
    Scratch[] takeScratch() {
        return isScratchTaken.compareAndSet(false, true) ? scratches : NONE;
    }

    void giveBackScratch() {
        isScratchTaken.set(false);
    }

    @Override
    public void run(int count, IntConsumer task) {
        // A call from within a task, or beside another call, finds the threads taken.
        if (count <= 1 || threads.length == 0 || isClosed || !isTaken.compareAndSet(false, true)) {
            runAlone(count, task);
            return;
        }
        try {
            share(count, task);
        } finally {
            work = NOTHING;
            isTaken.set(false);
        }
    }

    /** All tasks, even after one has failed, as when they are shared. */
    private static void runAlone(int count, IntConsumer task) {
        Throwable first = null;
        for (int i = 0; i < count; i++) {
            try {
                task.accept(i);
            } catch (RuntimeException | Error e) {
                first = first == null ? e : first;
            }
        }
        rethrow(first);
    }

    private void share(int count, IntConsumer task) {
        work = task;
        tasks = count;
        failure = null;
        next.set(0);
        busy.set(threads.length);
        waiting = Thread.currentThread();
        round++; // publishes all of the above
        for (var thread : threads) {
            LockSupport.unpark(thread);
        }
        take();
        long end = System.nanoTime() + SPIN_NANOS;
        while (busy.get() > 0) {
            if (System.nanoTime() < end) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        waiting = null;
        rethrow(failure);
    }

    private void take() {
        for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
            try {
                work.accept(i);
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }
    }

    private synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    private void serve() {
        int seen = 0;
        while (awaitRound(seen)) {
            seen = round;
            take();
            if (busy.decrementAndGet() == 0) {
                LockSupport.unpark(waiting);
            }
        }
    }

    /** Waits for a round after the one seen; false when the crew is closed. */
    private boolean awaitRound(int seen) {
        long end = System.nanoTime() + SPIN_NANOS;
        while (round == seen) {
            if (isClosed) {
                return false;
            }
            if (System.nanoTime() < end) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return true;
    }

    @Override
    public void close() {
        isClosed = true;
        for (var thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
