package org.borealis.device;

import org.osgi.annotation.versioning.ConsumerType;

/** One operation bound to memory. */
@ConsumerType
public interface Kernel extends AutoCloseable {

    /** Runs, or queues, the operation once. */
    void run();

    /** Gives back what the binding holds; the tensors stay. */
    @Override
    default void close() {}
}
