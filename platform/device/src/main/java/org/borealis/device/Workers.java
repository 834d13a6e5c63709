package org.borealis.device;

import java.util.function.IntConsumer;
import org.osgi.annotation.versioning.ProviderType;

/** A few threads that share a piece of work, the caller's among them. */
@ProviderType
public interface Workers extends AutoCloseable {

    /** Threads, the caller's included. */
    int count();

    /**
     * Runs a task for each number below {@code tasks}, and returns when all have run. Which thread runs which is open, so a result that
     * must not depend on the number of threads must not depend on that either. Calls from within a task run on that thread.
     *
     * @throws RuntimeException what a task threw first, after the others have ended
     */
    void run(int tasks, IntConsumer task);

    /** Ends the threads. Closing twice does nothing. */
    @Override
    void close();
}
