package org.borealis.backend.onednn;

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

/** Opens the processor through oneDNN, which is loaded when the first device is opened. */
@Component(
        configurationPid = "org.borealis.backend.onednn",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Backend.NAME + "=onednn")
@Designate(ocd = OnednnBackend.Config.class, factory = true)
public final class OnednnBackend implements Backend {

    /** Settings. */
    @ObjectClassDefinition(name = "onednn", description = "Runs programs on the processor with oneDNN.")
    public @interface Config {
        @AttributeDefinition(
                description = "Threads that one operation uses; 0 means one per core.",
                min = "0",
                max = "1024")
        int threads() default 0;
    }

    private final Loops loops;
    private final int threads;

    /** @param loops runs what oneDNN does not */
    @Activate
    public OnednnBackend(Config config, @Reference Loops loops) {
        this.loops = loops;
        threads = config.threads();
    }

    @Override
    public Device open() {
        Natives.load();
        return new OnednnDevice(loops, loops.workers(threads));
    }
}
