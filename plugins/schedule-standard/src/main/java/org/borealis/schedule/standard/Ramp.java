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

/** The factor goes from one number to another, as weight decay may. */
@Component(
        configurationPid = "org.borealis.schedule.ramp",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=ramp")
@Designate(ocd = Ramp.Config.class, factory = true)
public final class Ramp implements RateSchedule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Ramp",
            description = "The factor goes from one number to another, as weight decay may.")
    public @interface Config {
        @AttributeDefinition(description = "Factor at the beginning", min = "0")
        double from() default 0;

        @AttributeDefinition(description = "Factor at the end, and after it", min = "0")
        double to() default 1;

        @AttributeDefinition(description = "Where the ramp ends, in unit; 0 means the last step of the run", min = "0")
        double end() default 0;

        @AttributeDefinition(
                description = "How it gets there",
                options = {@Option("linear"), @Option("cosine"), @Option("geometric")})
        String shape() default "linear";

        @AttributeDefinition(
                description = "What lengths are counted in",
                options = {@Option("steps"), @Option("samples"), @Option("tokens")})
        String unit() default "steps";
    }

    private final Config config;
    private final Course course;

    /** Configured. */
    @Activate
    public Ramp(Config config) {
        this.config = config;
        if (config.shape().equals("geometric") && (config.from() <= 0 || config.to() <= 0)) {
            throw new BorealisException(
                    "schedule-settings",
                    "schedule 'ramp': from and to have to be above 0 where the factor changes by ratios; got "
                            + config.from() + " and " + config.to());
        }
        course = Course.of(config.unit(), config.unit(), 0, 0, config.end());
    }

    @Override
    public double factor(Position position) {
        return course.factor(position, place -> between(place.share()));
    }

    private double between(double share) {
        double way = config.to() - config.from();
        return switch (config.shape()) {
            case "geometric" -> config.from() * Math.pow(config.to() / config.from(), share);
            case "cosine" -> config.from() + way * (Math.cos(Math.PI * (1 - share)) + 1) / 2;
            default -> config.from() + way * share;
        };
    }
}
