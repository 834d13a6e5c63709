package org.borealis.model;

import java.util.List;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A trainable tensor of a model.
 *
 * @param name dotted path, such as {@code layers.3.mlp.up.weight}; names of a model are unique
 * @param initial how its first values are drawn
 * @param dims what each dim stands for, by which strategies decide what to split; empty if nothing may be split by meaning
 */
@ProviderType
public record Parameter(String name, Shape shape, Initial initial, List<LogicalDim> dims) {

    public Parameter {
        dims = List.copyOf(dims);
        if (!dims.isEmpty() && dims.size() != shape.rank()) {
            throw new ShapeException(
                    "parameter " + name + " " + shape + " has " + dims.size() + " dims named: " + dims);
        }
    }

    /** A parameter whose dims have no meaning that is known. */
    public Parameter(String name, Shape shape, Initial initial) {
        this(name, shape, initial, List.of());
    }

    /** This parameter with a meaning for each dim. */
    public Parameter of(LogicalDim... meanings) {
        return new Parameter(name, shape, initial, List.of(meanings));
    }

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
