package org.borealis.schedule.standard;

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

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
        @AttributeDefinition(description = "How long the rate rises, in warmupUnit", min = "0")
        double warmup() default 0;

        @AttributeDefinition(description = "Factor at the beginning of the warm-up", min = "0", max = "1")
        double initial() default 0;

        @AttributeDefinition(
                description = "What lengths are counted in",
                options = {@Option("steps"), @Option("samples"), @Option("tokens")})
        String unit() default "steps";

        @AttributeDefinition(
                description = "What the warm-up is counted in",
                options = {@Option("unit"), @Option("steps"), @Option("samples"), @Option("tokens")})
        String warmupUnit() default "unit";
    }

    private final Course course;

    /** Configured. */
    @Activate
    public Constant(Config config) {
        course = Course.of(config.unit(), config.warmupUnit(), config.warmup(), config.initial(), 0);
    }

    @Override
    public double factor(Position position) {
        return course.factor(position, place -> 1);
    }
}
