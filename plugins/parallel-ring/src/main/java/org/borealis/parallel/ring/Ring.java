package org.borealis.parallel.ring;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.borealis.parallel.Held;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.GreatestScores;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Every rank has its positions of each sequence; for attention, the keys and values of the others come by, one rank's after the other's
 * (Liu et al. 2023). So a sequence may be longer than one rank can attend to, whatever the number of heads.
 */
@Component(
        configurationPid = "org.borealis.parallel.ring",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ParallelStrategy.AXIS + "=ring")
@Designate(ocd = Ring.Config.class, factory = true)
public final class Ring implements ParallelStrategy {

    /** Settings: none. */
    @ObjectClassDefinition(name = "Ring", description = "Sequences over ranks; keys and values go round in a ring.")
    public @interface Config {}

    private static final Placement POSITIONS = Placement.shard(1); // of [B, T] and [B, T, H, D]
    private static final Placement POSITIONS_BY_HEAD = Placement.shard(2); // of [B, H, T]

    @Override
    public Placement kept(Held tensor, int ranks) {
        return tensor.role() == Held.Role.SUM ? Placement.PARTIAL : Placement.REPLICATE;
    }

    @Override
    public Placement batch(int ranks) {
        return POSITIONS;
    }

    @Override
    public List<Placement> wanted(Composite op, List<TensorType> inputs, int ranks) {
        return switch (op) {
            case Attention _ -> Collections.nCopies(3, POSITIONS);
            case GreatestScores _ -> Collections.nCopies(2, POSITIONS);
            case Attention.Gradient _ ->
                List.of(POSITIONS, POSITIONS, POSITIONS, POSITIONS, POSITIONS, POSITIONS_BY_HEAD);
            default -> List.of();
        };
    }

    @Override
    public Optional<Together> together(Composite op, List<Tensor> parts, int ranks) {
        return switch (op) {
            case Attention(var scale) ->
                Optional.of(new Together(
                        new RingAttention(scale, ranks).forward(parts), List.of(POSITIONS, POSITIONS_BY_HEAD)));
            case Attention.Gradient(var scale) ->
                Optional.of(new Together(
                        new RingAttention(scale, ranks).backward(parts), Collections.nCopies(3, POSITIONS)));
            case GreatestScores(var scale, var isCausal)
            when isCausal ->
                Optional.of(new Together(
                        List.of(new RingAttention(scale, ranks).greatest(parts)),
                        List.of(new Placement.Partial(Fold.MAX))));
            default -> Optional.empty();
        };
    }
}
