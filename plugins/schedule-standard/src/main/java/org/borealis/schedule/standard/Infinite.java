package org.borealis.schedule.standard;

import org.borealis.tensor.BorealisException;
import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The rate cools to a level that it keeps for as long as training may go on, then falls exponentially (Ibrahim et al. 2024). */
@Component(
        configurationPid = "org.borealis.schedule.infinite",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=infinite")
@Designate(ocd = Infinite.Config.class, factory = true)
public final class Infinite implements RateSchedule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Infinite",
            description =
                    "The rate cools to a level that it keeps for as long as training may go on, then falls exponentially (Ibrahim et al. 2024).")
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

        @AttributeDefinition(description = "How long the rate cools after the warm-up, in unit", min = "0")
        double cooldown() default 0;

        @AttributeDefinition(description = "Factor that it cools to", min = "0", max = "1")
        double level() default 0.5;

        @AttributeDefinition(description = "How long it keeps that, in unit", min = "0")
        double constant() default 0;

        @AttributeDefinition(
                description = "How the rate cools",
                options = {@Option("cosine"), @Option("inverseSquareRoot")})
        String shape() default "cosine";

        @AttributeDefinition(description = "How steep an inverse square root is at first", min = "0")
        double timescale() default 10;

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
    private final Config config;

    /** Configured. */
    @Activate
    public Infinite(Config config) {
        course = Course.of(config.unit(), config.warmupUnit(), config.warmup(), config.initial(), config.end());
        this.config = config;
        if (config.final$() <= 0 || config.level() <= 0) {
            throw new BorealisException(
                    "schedule-settings",
                    "schedule 'infinite': final and level have to be above 0, for the rate falls by ratios; got "
                            + config.final$() + " and " + config.level());
        }
    }

    private double after(Course.Place place) {
        double level = config.level();
        double cooled = place.begin() + config.cooldown();
        double kept = cooled + config.constant();
        if (place.at() <= cooled) {
            return level + (1 - level) * cooling(place.share(place.begin(), cooled));
        }
        return place.at() <= kept ? level : level * Math.pow(config.final$() / level, place.share(kept, place.end()));
    }

    /** How much of the cooling is left. */
    private double cooling(double share) {
        return config.shape().equals("cosine") ? (1 + Math.cos(Math.PI * share)) / 2 : 1 - root(share) / root(1);
    }

    private double root(double share) {
        return 1 / Math.sqrt(1 + config.timescale() * share) - 1;
    }

    @Override
    public double factor(Position position) {
        return course.factor(position, this::after);
    }
}
