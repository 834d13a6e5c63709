package org.borealis.device;

import org.osgi.annotation.versioning.ConsumerType;

/** Memory on a device, at one place until it is closed. */
@ConsumerType
public interface Buffer extends AutoCloseable {

    /** Size. */
    long bytes();

    /** Gives the memory back. Closing twice does nothing. */
    @Override
    void close();
}
