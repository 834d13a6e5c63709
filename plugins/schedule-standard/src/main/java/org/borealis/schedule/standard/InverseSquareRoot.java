package org.borealis.schedule.standard;

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The rate falls by the root of what has been done since the warm-up, relative to it (Vaswani et al. 2017). */
@Component(
        configurationPid = "org.borealis.schedule.inverse-square-root",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=inverse-square-root")
@Designate(ocd = InverseSquareRoot.Config.class, factory = true)
public final class InverseSquareRoot implements RateSchedule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Inverse square root",
            description =
                    "The rate falls by the root of what has been done since the warm-up, relative to it (Vaswani et al. 2017).")
    public @interface Config {
        @AttributeDefinition(description = "How long the rate rises, in warmupUnit", min = "0")
        double warmup() default 0;

        @AttributeDefinition(description = "Factor at the beginning of the warm-up", min = "0", max = "1")
        double initial() default 0;

        @AttributeDefinition(name = "Final", description = "Least factor", min = "0", max = "1")
        double final$() default 0;

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
    public InverseSquareRoot(Config config) {
        course = Course.of(config.unit(), config.warmupUnit(), config.warmup(), config.initial(), 0);
        last = config.final$();
    }

    @Override
    public double factor(Position position) {
        return course.factor(
                position, place -> Math.max(last, Math.sqrt(Math.max(place.begin(), 1) / Math.max(place.at(), 1))));
    }
}
