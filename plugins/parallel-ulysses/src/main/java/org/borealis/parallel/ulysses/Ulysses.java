package org.borealis.parallel.ulysses;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.borealis.parallel.Held;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.borealis.tensor.Composite;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.GreatestScores;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Every rank has its positions of each sequence; for attention, all positions of its heads (Jacobs et al. 2023). */
@Component(
        configurationPid = "org.borealis.parallel.ulysses",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ParallelStrategy.AXIS + "=ulysses")
@Designate(ocd = Ulysses.Config.class, factory = true)
public final class Ulysses implements ParallelStrategy {

    /** Settings: none. */
    @ObjectClassDefinition(
            name = "Ulysses",
            description = "Sequences over ranks; attention exchanges positions for heads.")
    public @interface Config {}

    private static final int POSITIONS = 1; // of [B, T] and [B, T, H, D]
    private static final int HEADS = 2; // of [B, T, H, D]

    @Override
    public Placement kept(Held tensor, int ranks) {
        return tensor.role() == Held.Role.SUM ? Placement.PARTIAL : Placement.REPLICATE;
    }

    @Override
    public Placement batch(int ranks) {
        return Placement.shard(POSITIONS);
    }

    @Override
    public List<Placement> wanted(Composite op, List<TensorType> inputs, int ranks) {
        return switch (op) {
            case Attention _ -> Collections.nCopies(3, heads(inputs.get(1), ranks));
            case GreatestScores _ -> Collections.nCopies(2, heads(inputs.get(1), ranks));
            case Attention.Gradient _ -> {
                var wanted = new ArrayList<>(Collections.nCopies(5, heads(inputs.get(2), ranks)));
                wanted.add(Placement.shard(1)); // log-sum-exp is [B, H, T]
                yield wanted;
            }
            default -> List.of();
        };
    }

    private static Placement heads(TensorType keys, int ranks) {
        int heads = keys.shape().dim(HEADS);
        if (heads % ranks != 0) {
            throw new ShapeException("attention has " + heads + " heads of keys and values, which ulysses=" + ranks
                    + " does not divide; choose a divisor of " + heads + ", or the axis ring");
        }
        return Placement.shard(HEADS);
    }
}
