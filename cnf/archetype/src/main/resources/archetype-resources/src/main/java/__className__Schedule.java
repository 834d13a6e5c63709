package ${package};

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The rate rises for some steps, and falls with the square root of their number after that. Put your curve in its place. */
@Component(
        configurationPid = "${package}",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = RateSchedule.NAME + "=${name}")
@Designate(ocd = ${className}Schedule.Config.class, factory = true)
public final class ${className}Schedule implements RateSchedule {

    @ObjectClassDefinition(
            name = "${className}",
            description = "The rate rises for some steps, and falls with the square root of their number after that.")
    public @interface Config {
        @AttributeDefinition(description = "Steps over which the rate rises from 0", min = "1")
        long warmup() default 40;
    }

    private final Config config;

    @Activate
    public ${className}Schedule(Config config) {
        this.config = config;
    }

    @Override
    public double factor(Position position) {
        double share = (double) position.step() / config.warmup();
        return Math.min(share, 1 / Math.sqrt(share));
    }
}
