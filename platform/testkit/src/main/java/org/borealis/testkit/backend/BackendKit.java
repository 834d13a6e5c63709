package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.tensor.DataType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Everything that a backend has to do, compared with an oracle that computes in float64. Used by one thread.
 *
 * <p>The checks share a device; those that are about opening and closing open more.
 */
@ProviderType
public final class BackendKit implements AutoCloseable {
    private final Backend subject;
    private Device device;
    private final Device oracle;

    /**
     * @param oracle a backend that is right on every type, float64 among them: backend-reference
     * @throws org.borealis.device.DeviceException if one of the two does not open
     */
    public BackendKit(Backend subject, Backend oracle) {
        this.subject = subject;
        this.oracle = oracle.open();
        this.device = subject.open();
    }

    /** What the device under test says that it is. */
    public String description() {
        return device.description();
    }

    /** Every check, in order: first what others build on. */
    public List<Check> checks() {
        var checks = new ArrayList<Check>();
        checks.addAll(new PrimitiveChecks(this).all());
        var composites = new CompositeChecks(this);
        checks.addAll(composites.claims());
        checks.addAll(new GradientChecks(this).all());
        checks.addAll(new LackChecks(this, composites).all());
        checks.addAll(new MemoryChecks(this).all());
        checks.addAll(new MannerChecks(this).all());
        return List.copyOf(checks);
    }

    /** Types that the device supports. */
    Stream<DataType> types() {
        return Arrays.stream(DataType.values()).filter(device::supports);
    }

    /** The device under test, as long as no check has failed on it. */
    Device device() {
        return device;
    }

    /** What it is compared with. */
    Device oracle() {
        return oracle;
    }

    /** One more device of the backend under test, for the caller to close. */
    Device open() {
        return subject.open();
    }

    /** Puts a fresh device in the place of one that may have been harmed. */
    void renew() {
        try {
            device.close();
        } catch (RuntimeException | LinkageError e) {
            // That it can't be closed is the subject of a check of its own.
        }
        device = subject.open();
    }

    @Override
    public void close() {
        try {
            device.close();
        } finally {
            oracle.close();
        }
    }
}
