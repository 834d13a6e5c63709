package org.borealis.compiler.partition;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.borealis.parallel.Held;
import org.borealis.parallel.Mesh.Axis;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.borealis.parallel.Signature;

/**
 * How one program lies on one axis. What is not named is replicated.
 *
 * @param kept where inputs are when the program begins, by name
 * @param used where inputs are computed with, by name, if elsewhere
 * @param outputs where outputs go, by name; an output that replaces an input goes where that is kept
 * @param own outputs that stay with each rank's own batch
 * @param strategy whom to ask about what lies in between
 * @param isExact whether sums over the ranks are made in the order of the ranks, one by one, so that adding up batches gives the same
 *     bits however many ranks share them
 */
record Layout(
        Map<String, Placement> kept,
        Map<String, Placement> used,
        Map<String, Placement> outputs,
        Set<String> own,
        ParallelStrategy strategy,
        boolean isExact) {
    Layout {
        kept = Map.copyOf(kept);
        used = Map.copyOf(used);
        outputs = Map.copyOf(outputs);
        own = Set.copyOf(own);
    }

    /** @param held tensors that outlive the program, in the shapes that earlier axes left of them */
    static Layout of(
            Axis axis, ParallelStrategy strategy, Signature signature, Map<String, Held> held, boolean isExact) {
        var kept = new HashMap<String, Placement>();
        var used = new HashMap<String, Placement>();
        held.forEach((name, tensor) -> {
            kept.put(name, strategy.kept(tensor, axis.ranks()));
            if (signature.computes() && tensor.role() == Held.Role.PARAMETER) {
                used.put(name, strategy.used(tensor, axis.ranks()));
            }
            if (signature.whole().contains(name)) {
                used.put(name, whole(tensor, strategy, axis.ranks()));
            }
        });
        signature.batches().forEach(name -> kept.put(name, strategy.batch(axis.ranks())));
        if (strategy.batch(axis.ranks()) instanceof Placement.Varying) {
            signature.own().forEach(name -> kept.put(name, Placement.VARYING));
        }
        return new Layout(kept, used, kept, signature.own(), strategy, isExact);
    }

    /** On the rank that owns what the optimizer remembers of the parameter; on all, if none does. */
    private static Placement whole(Held tensor, ParallelStrategy strategy, int ranks) {
        var remembered = strategy.kept(tensor.as(Held.Role.OPTIMIZER), ranks);
        return remembered instanceof Placement.Owned ? remembered : Placement.REPLICATE;
    }
}
