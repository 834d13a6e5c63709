package org.borealis.parallel.data;

import org.borealis.parallel.Held;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Every rank has its own batches; by ZeRO (Rajbhandari et al. 2020), each keeps a part of what all need: of every tensor, or, of those
 * that an optimizer needs whole, some of them.
 */
@Component(
        configurationPid = "org.borealis.parallel.data",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ParallelStrategy.AXIS + "=data")
@Designate(ocd = DataParallel.Config.class, factory = true)
public final class DataParallel implements ParallelStrategy {

    /** Settings. */
    @ObjectClassDefinition(name = "Data parallel", description = "Batches over ranks, with ZeRO stages 0 to 3.")
    public @interface Config {
        @AttributeDefinition(
                description =
                        "What is kept in parts: 0 nothing, 1 what the optimizer remembers, 2 gradients too, 3 parameters too",
                min = "0",
                max = "3")
        int zero() default 1;
    }

    private final int zero;

    @Activate
    public DataParallel(Config config) {
        zero = config.zero();
    }

    @Override
    public Placement kept(Held tensor, int ranks) {
        return switch (tensor.role()) {
            case PARAMETER -> zero >= 3 ? part(tensor, ranks) : Placement.REPLICATE;
            case SUM -> zero >= 2 ? part(tensor, ranks) : Placement.VARYING;
            case GRADIENT, OPTIMIZER -> zero >= 1 ? part(tensor, ranks) : Placement.REPLICATE;
        };
    }

    /** A matrix that is updated whole has an owner. A tensor that can't be cut stays everywhere: such are few and small. */
    private static Placement part(Held tensor, int ranks) {
        return tensor.owned(ranks).or(() -> tensor.shardSomewhere(ranks)).orElse(Placement.REPLICATE);
    }

    @Override
    public Placement used(Held parameter, int ranks) {
        return Placement.REPLICATE;
    }

    @Override
    public Placement batch(int ranks) {
        return Placement.VARYING;
    }
}
