package org.borealis.parallel;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How one program lies on one axis. What is not named is replicated.
 *
 * @param kept where inputs are when the program begins, by name
 * @param used where inputs are computed with, by name, if elsewhere
 * @param outputs where outputs go, by name; an output that replaces an input goes where that is kept
 * @param strategy whom to ask about what lies in between
 * @param isExact whether sums over the ranks are made in the order of the ranks, one by one, so that adding up batches gives the same
 *     bits however many ranks share them
 */
@ProviderType
public record Layout(
        Map<String, Placement> kept,
        Map<String, Placement> used,
        Map<String, Placement> outputs,
        ParallelStrategy strategy,
        boolean isExact) {
    public Layout {
        kept = Map.copyOf(kept);
        used = Map.copyOf(used);
        outputs = Map.copyOf(outputs);
    }
}
