package org.borealis.backend.torch;

import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Opens the processor through libtorch, which is loaded when the first device is opened. */
@Component(
        configurationPid = "org.borealis.backend.torch",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Backend.NAME + "=torch")
@Designate(ocd = TorchBackend.Config.class, factory = true)
public final class TorchBackend implements Backend {

    /** Settings. */
    @ObjectClassDefinition(name = "torch", description = "Runs programs on the processor with libtorch.")
    public @interface Config {
        @AttributeDefinition(
                description = "Threads that one operation uses; 0 takes what OMP_NUM_THREADS and OPENBLAS_NUM_THREADS"
                        + " say, or one per core.",
                min = "0",
                max = "1024")
        int threads() default 0;
    }

    private final int threads;

    /** @param config shared by all devices: libtorch has one pool of threads for the whole process */
    @Activate
    public TorchBackend(Config config) {
        threads = config.threads();
    }

    @Override
    public Device open() {
        Natives.load();
        Natives.setThreads(threads);
        return new TorchDevice();
    }
}
