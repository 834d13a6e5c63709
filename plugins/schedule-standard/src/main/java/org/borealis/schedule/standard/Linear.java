package org.borealis.schedule.standard;

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The rate falls linearly. */
@Component(
        configurationPid = "org.borealis.schedule.linear",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=linear")
@Designate(ocd = Linear.Config.class, factory = true)
public final class Linear implements RateSchedule {

    /** Settings. */
    @ObjectClassDefinition(name = "Linear", description = "The rate falls linearly.")
    public @interface Config {
        @AttributeDefinition(description = "How long the rate rises, in warmupUnit", min = "0")
        double warmup() default 0;

        @AttributeDefinition(description = "Factor at the beginning of the warm-up", min = "0", max = "1")
        double initial() default 0;

        @AttributeDefinition(name = "Final", description = "Factor at the end, and after it", min = "0", max = "1")
        double final$() default 0.1;

        @AttributeDefinition(
                description = "Where the schedule ends, in unit; 0 means the last step of the run",
                min = "0")
        double end() default 0;

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
    private final double last;

    /** Configured. */
    @Activate
    public Linear(Config config) {
        course = Course.of(config.unit(), config.warmupUnit(), config.warmup(), config.initial(), config.end());
        last = config.final$();
    }

    @Override
    public double factor(Position position) {
        return course.factor(position, place -> last + (1 - last) * (1 - place.share()));
    }
}
