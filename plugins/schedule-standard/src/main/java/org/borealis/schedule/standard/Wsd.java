package org.borealis.schedule.standard;

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The rate stays until the end is near, then falls (Hu et al. 2024). */
@Component(
        configurationPid = "org.borealis.schedule.wsd",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=wsd")
@Designate(ocd = Wsd.Config.class, factory = true)
public final class Wsd implements RateSchedule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Warm-up, stable, decay",
            description = "The rate stays until the end is near, then falls (Hu et al. 2024).")
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

        @AttributeDefinition(description = "How long before the end the rate falls, in unit", min = "0")
        double decay() default 100;

        @AttributeDefinition(
                description = "How the rate falls; exponential by 2 / 2^share - 1",
                options = {@Option("linear"), @Option("cosine"), @Option("exponential"), @Option("minusSqrt")})
        String shape() default "minusSqrt";

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
    private final double decay;
    private final String shape;
    private final double last;

    /** Configured. */
    @Activate
    public Wsd(Config config) {
        course = Course.of(config.unit(), config.warmupUnit(), config.warmup(), config.initial(), config.end());
        decay = config.decay();
        shape = config.shape();
        last = config.final$();
    }

    /** How much of the fall is left. */
    private double left(Course.Place place) {
        double share = place.share(place.end() - decay, place.end());
        return switch (shape) {
            case "cosine" -> (1 + Math.cos(Math.PI * share)) / 2;
            case "exponential" -> 2 * Math.pow(0.5, share) - 1;
            case "minusSqrt" -> 1 - Math.sqrt(share);
            default -> 1 - share;
        };
    }

    @Override
    public double factor(Position position) {
        return course.factor(position, place -> last + (1 - last) * left(place));
    }
}
