package org.borealis.parallel.expert;

import org.borealis.parallel.Held;
import org.borealis.parallel.LogicalDim;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Every rank has some of the experts, and some of a batch's sequences (GShard, Lepikhin et al. 2021). Tokens go to their experts and
 * back by two exchanges of all with all; what is no expert is on every rank, and its gradients are summed.
 */
@Component(
        configurationPid = "org.borealis.parallel.expert",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ParallelStrategy.AXIS + "=expert")
@Designate(ocd = ExpertParallel.Config.class, factory = true)
public final class ExpertParallel implements ParallelStrategy {

    /** Settings: none. */
    @ObjectClassDefinition(
            name = "Expert parallel",
            description = "Experts and sequences over ranks; tokens go to their experts.")
    public @interface Config {}

    private static final int SEQUENCES = 0; // of [B, T]

    @Override
    public Placement kept(Held tensor, int ranks) {
        var experts = tensor.dim(LogicalDim.EXPERTS);
        if (experts.isPresent()) {
            return tensor.shard(experts.getAsInt(), "expert", ranks);
        }
        return tensor.role() == Held.Role.SUM ? Placement.PARTIAL : Placement.REPLICATE;
    }

    @Override
    public Placement batch(int ranks) {
        return Placement.shard(SEQUENCES);
    }
}
