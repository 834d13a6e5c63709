package org.borealis.schedule.standard;

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The rate falls along half a cosine (Loshchilov and Hutter 2017). */
@Component(
        configurationPid = "org.borealis.schedule.cosine",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=cosine")
@Designate(ocd = Cosine.Config.class, factory = true)
public final class Cosine implements RateSchedule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Cosine",
            description = "The rate falls along half a cosine (Loshchilov and Hutter 2017).")
    public @interface Config {
        @AttributeDefinition(description = "Steps over which the rate rises from 0", min = "0")
        long warmup() default 0;

        @AttributeDefinition(
                name = "Final",
                description = "Factor at the end of the decay, and after it",
                min = "0",
                max = "1")
        double final$() default 0.1;

        @AttributeDefinition(description = "Step at which the decay ends; 0 means the last of the run", min = "0")
        long decaySteps() default 0;
    }

    private final Phases phases;

    /** Configured. */
    @Activate
    public Cosine(Config config) {
        phases = new Phases(config.warmup(), config.decaySteps(), config.final$());
    }

    @Override
    public double factor(Position position) {
        return phases.factor(position, share -> (1 + Math.cos(Math.PI * share)) / 2);
    }
}
