package org.borealis.backend.torch;

import java.util.Optional;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.device.Loops;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Opens the processor or a GPU through libtorch, which is loaded when the first device is opened. */
@Component(
        configurationPid = "org.borealis.backend.torch",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Backend.NAME + "=torch")
@Designate(ocd = TorchBackend.Config.class, factory = true)
public final class TorchBackend implements Backend {

    /** Settings. */
    @ObjectClassDefinition(name = "torch", description = "Runs programs on the processor or a GPU with libtorch.")
    public @interface Config {
        @AttributeDefinition(
                description = "Where to compute: cpu, cuda (the first GPU) or cuda:N. GPUs need libraries that are not"
                        + " inside the bundle; see its README.")
        String device() default "cpu";

        @AttributeDefinition(
                description = "Threads that one operation uses; 0 takes what OMP_NUM_THREADS and OPENBLAS_NUM_THREADS"
                        + " say, or one per core.",
                min = "0",
                max = "1024")
        int threads() default 0;
    }

    private final String device;
    private final int threads;
    private final Optional<Loops> loops;

    /**
     * Runs fusions too.
     *
     * @param config shared by all devices: libtorch has one pool of threads for the whole process
     */
    @Activate
    public TorchBackend(Config config, @Reference Loops loops) {
        this(config, Optional.of(loops));
    }

    /** Claims no fusions. */
    public TorchBackend(Config config) {
        this(config, Optional.empty());
    }

    private TorchBackend(Config config, Optional<Loops> loops) {
        this.loops = loops;
        device = config.device();
        threads = config.threads();
    }

    @Override
    public Device open() {
        var target = Target.of(device);
        if (target instanceof Target.Gpu) {
            GpuNatives.require(System.getenv());
        }
        Natives.load();
        Natives.setThreads(threads);
        return new TorchDevice(
                switch (target) {
                    case Target.Processor() -> new Host(loops);
                    case Target.Gpu(int index) -> Cuda.open(index);
                });
    }
}
