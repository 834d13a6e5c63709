package org.borealis.model;

import org.borealis.tensor.Shape;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A trainable tensor of a model.
 *
 * @param name dotted path, such as {@code layers.3.mlp.up.weight}; names of a model are unique
 * @param initial how its first values are drawn
 */
@ProviderType
public record Parameter(String name, Shape shape, Initial initial) {

    /** Whether weight decay applies: to matrices, not to biases and norms. */
    public boolean decays() {
        return shape.rank() >= 2;
    }

    /** First values. Random ones depend on the run's seed, the parameter's name and the element's index, and on nothing else. */
    public sealed interface Initial {
        /** Every element {@code value}. */
        record Fill(double value) implements Initial {}

        /** Independent normal numbers. */
        record Normal(double mean, double deviation) implements Initial {}
    }

    /** Normal with mean 0. */
    public static Parameter normal(String name, double deviation, int... sizes) {
        return new Parameter(name, Shape.of(sizes), new Initial.Normal(0, deviation));
    }

    /** All elements the same. */
    public static Parameter fill(String name, double value, int... sizes) {
        return new Parameter(name, Shape.of(sizes), new Initial.Fill(value));
    }
}
