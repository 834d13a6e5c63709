package org.borealis.schedule.standard;

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The rate falls by a power of what is left of the run. */
@Component(
        configurationPid = "org.borealis.schedule.polynomial",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=polynomial")
@Designate(ocd = Polynomial.Config.class, factory = true)
public final class Polynomial implements RateSchedule {

    /** Settings. */
    @ObjectClassDefinition(name = "Polynomial", description = "The rate falls by a power of what is left of the run.")
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

        @AttributeDefinition(description = "Power of the share that is left", min = "0")
        double power() default 2;

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
    private final double power;
    private final double last;

    /** Configured. */
    @Activate
    public Polynomial(Config config) {
        course = Course.of(config.unit(), config.warmupUnit(), config.warmup(), config.initial(), config.end());
        power = config.power();
        last = config.final$();
    }

    @Override
    public double factor(Position position) {
        return course.factor(position, place -> last + (1 - last) * Math.pow(1 - place.share(), power));
    }
}
