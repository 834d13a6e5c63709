package org.borealis.parallel.tensor;

import java.util.List;
import org.borealis.parallel.Held;
import org.borealis.parallel.LogicalDim;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.borealis.tensor.TensorType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Heads, feed-forward channels and vocabulary over ranks (Shoeybi et al. 2019); on request, what lies between them split by position
 * (Korthikanti et al. 2022).
 */
@Component(
        configurationPid = "org.borealis.parallel.tensor",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ParallelStrategy.AXIS + "=tensor")
@Designate(ocd = TensorParallel.Config.class, factory = true)
public final class TensorParallel implements ParallelStrategy {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Tensor parallel",
            description = "Heads, feed-forward channels and vocabulary over ranks.")
    public @interface Config {
        @AttributeDefinition(description = "Whether activations between layers are split by position, to save memory")
        boolean sequence() default false;
    }

    private static final List<LogicalDim> SPLIT =
            List.of(LogicalDim.VOCABULARY, LogicalDim.HEADS, LogicalDim.FEED_FORWARD);

    private final boolean bySequence;

    @Activate
    public TensorParallel(Config config) {
        bySequence = config.sequence();
    }

    @Override
    public Placement kept(Held tensor, int ranks) {
        for (var meaning : SPLIT) {
            var dim = tensor.dim(meaning);
            if (dim.isPresent()) {
                return tensor.shard(dim.getAsInt(), "tensor", ranks);
            }
        }
        return Placement.REPLICATE;
    }

    @Override
    public Placement batch(int ranks) {
        return Placement.REPLICATE;
    }

    /** Activations are [B, T, C]. */
    @Override
    public Placement settled(TensorType type, int ranks) {
        var shape = type.shape();
        return bySequence && shape.rank() == 3 && shape.dim(1) % ranks == 0 ? Placement.shard(1) : Placement.REPLICATE;
    }
}
