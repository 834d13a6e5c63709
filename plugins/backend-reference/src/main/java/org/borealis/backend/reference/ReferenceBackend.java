package org.borealis.backend.reference;

import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Plain loops in plain Java: slow, right on every type, and the oracle of the conformance kit. */
@Component(
        configurationPid = "org.borealis.backend.reference",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Backend.NAME + "=reference")
@Designate(ocd = ReferenceBackend.Config.class, factory = true)
public final class ReferenceBackend implements Backend {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Reference backend",
            description = "Plain Java on the CPU. Slow, and right: what other backends are compared with.")
    public @interface Config {
        /** Most memory. */
        @AttributeDefinition(
                description = "Most memory that a device takes, in MiB; 0 means what the machine has",
                min = "0")
        long memoryMebibytes() default 0;
    }

    private final long mostBytes;

    /** Configured. */
    @Activate
    public ReferenceBackend(Config config) {
        this(config.memoryMebibytes() == 0 ? Long.MAX_VALUE : Math.multiplyExact(config.memoryMebibytes(), 1L << 20));
    }

    /** With default settings, for {@link java.util.ServiceLoader}: tests find the oracle on a plain class path. */
    public ReferenceBackend() {
        this(Long.MAX_VALUE);
    }

    ReferenceBackend(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    @Override
    public Device open() {
        return new ReferenceDevice(mostBytes);
    }
}
