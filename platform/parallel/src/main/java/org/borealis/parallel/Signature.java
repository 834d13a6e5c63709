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
 * @param computes whether parameters are there to compute the loss with, rather than to be updated
 */
@ProviderType
public record Signature(Map<String, Held> held, Set<String> batches, boolean computes) {
    public Signature {
        held = Map.copyOf(held);
        batches = Set.copyOf(batches);
    }
}
