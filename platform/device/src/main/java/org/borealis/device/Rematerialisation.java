package org.borealis.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What a backward pass finds in memory, and what is computed again for it: less memory for more arithmetic, and the very same numbers.
 *
 * <p>Layers are told apart by {@link org.borealis.tensor.composite.LayerEnd}; of a model that marks none, everything is kept. So is, by
 * every choice, what comes before the first mark and behind the last.
 */
@ProviderType
public sealed interface Rematerialisation {

    /** Everything that is needed is kept. */
    record None() implements Rematerialisation {}

    /**
     * Kept are layer ends, and results of matrix products and of composites that contain some, such as attention; norms, activations
     * and other cheap operations are computed again (Korthikanti et al. 2022; JAX's policy {@code dots_saveable}).
     */
    record Selective() implements Rematerialisation {}

    /**
     * Kept is every {@code layers}-th layer end, from the first on, and the last; what lies in between is computed again, stretch by
     * stretch, when the backward pass arrives there (Chen et al. 2016). With 1, all but the ends of layers is computed twice.
     */
    record Every(int layers) implements Rematerialisation {
        public Every {
            if (layers < 1) {
                throw new IllegalArgumentException("a layer end in 1 or more is kept, not in " + layers);
            }
        }
    }
}
