package org.borealis.collectives.gloo;

import org.bytedeco.pytorch.Work;

/** One message under way. While Gloo's side of it exists, Gloo may touch the memory; once it is closed, never again. */
final class Transfer {
    private final Work work;
    private final int peer;
    private boolean isAwaited;
    private boolean isClosed;

    Transfer(Work work, int peer) {
        this.work = work;
        this.peer = peer;
    }

    /** The member at its other end. */
    int peer() {
        return peer;
    }

    /** Waits until it has been sent or received; throws what Gloo throws. */
    void await() {
        synchronized (this) {
            if (isClosed) {
                throw new IllegalStateException("given up");
            }
            isAwaited = true;
        }
        boolean isDone;
        try {
            isDone = work._wait();
        } finally {
            synchronized (this) {
                isAwaited = false;
            }
        }
        if (!isDone) {
            throw new IllegalStateException("given up");
        }
    }

    /** Ends it from any thread; who waits for it wakes up, and closes it. */
    synchronized void abandon() {
        if (!isClosed) {
            work.abort();
            if (!isAwaited) {
                close();
            }
        }
    }

    synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            work.close();
        }
    }
}
