package org.borealis.parallel.data;

import org.borealis.parallel.Held;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Every rank has its own batches, and all that its line of the other axes keeps. With the axis {@code data} inside, what a run keeps is
 * split within a node, where ranks talk fast, and replicated from node to node (Zhao et al. 2023, hybrid sharding).
 */
@Component(
        configurationPid = "org.borealis.parallel.replica",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ParallelStrategy.AXIS + "=replica")
@Designate(ocd = Replicas.Config.class, factory = true)
public final class Replicas implements ParallelStrategy {

    /** Settings: none. */
    @ObjectClassDefinition(name = "Replicas", description = "Batches over ranks that each keep everything.")
    public @interface Config {}

    @Override
    public Placement kept(Held tensor, int ranks) {
        return tensor.role() == Held.Role.SUM ? Placement.VARYING : Placement.REPLICATE;
    }

    @Override
    public Placement batch(int ranks) {
        return Placement.VARYING;
    }
}
