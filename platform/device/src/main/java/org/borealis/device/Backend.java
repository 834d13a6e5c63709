package org.borealis.device;

import org.osgi.annotation.versioning.ConsumerType;

/** A kind of accelerator, or a way to drive one; registered as a service with the property {@value #NAME}. */
@ConsumerType
public interface Backend {
    /** Service property that names the backend in recipes. */
    String NAME = "backend.name";

    /**
     * Opens the device that the backend's settings choose. Several may be open at once.
     *
     * @throws DeviceException if there is no such device; the message says what is missing and how to get it
     */
    Device open();
}
