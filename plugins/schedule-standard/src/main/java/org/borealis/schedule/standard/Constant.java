package org.borealis.schedule.standard;

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The rate stays, after warm-up. */
@Component(
        configurationPid = "org.borealis.schedule.constant",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=constant")
@Designate(ocd = Constant.Config.class, factory = true)
public final class Constant implements RateSchedule {

    /** Settings. */
    @ObjectClassDefinition(name = "Constant", description = "The rate stays, after warm-up.")
    public @interface Config {
        @AttributeDefinition(description = "Steps over which the rate rises from 0", min = "0")
        long warmup() default 0;
    }

    private final Phases phases;

    /** Configured. */
    @Activate
    public Constant(Config config) {
        phases = new Phases(config.warmup(), 0, 1);
    }

    @Override
    public double factor(Position position) {
        return phases.factor(position, share -> 1);
    }
}
