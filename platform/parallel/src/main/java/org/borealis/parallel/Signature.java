package org.borealis.parallel;

import java.util.Map;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the inputs and outputs of a program are, by name; what is not named is the same on every rank. An output that replaces an input
 * is what that is.
 *
 * @param held tensors that outlive the program, as whole tensors
 * @param batches tokens and targets, [B, T]
 * @param own results that stay with each rank's own batch rather than to be summed over the batches
 * @param whole tensors that are computed with whole, however they are kept: by all ranks, or by the one that owns them
 * @param computes whether parameters are there to compute the loss with, rather than to be updated
 */
@ProviderType
public record Signature(
        Map<String, Held> held, Set<String> batches, Set<String> own, Set<String> whole, boolean computes) {
    public Signature {
        held = Map.copyOf(held);
        batches = Set.copyOf(batches);
        own = Set.copyOf(own);
        whole = Set.copyOf(whole);
    }

    /** Of a program that sums all that its batches give. */
    public Signature(Map<String, Held> held, Set<String> batches, boolean computes) {
        this(held, batches, Set.of(), Set.of(), computes);
    }
}
