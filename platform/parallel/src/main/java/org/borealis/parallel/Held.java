package org.borealis.parallel;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A tensor that outlives a program.
 *
 * @param role what it is
 * @param name the parameter's, such as {@code layers.3.mlp.up.weight}
 * @param shape what this axis has to split: other axes may have taken their part already
 * @param dims of the parameter, one for each dim of {@code shape}; empty for what the optimizer keeps in another shape
 * @param ownership present if the parameter's update is not elementwise: all that belongs to the parameter is needed whole then, on the
 *     rank that updates it
 */
@ProviderType
public record Held(Role role, String name, Shape shape, List<LogicalDim> dims, Optional<Ownership> ownership) {

    /** What a tensor that outlives a program is. */
    public enum Role {
        PARAMETER,
        /** A gradient while those of further batches are added to it. */
        SUM,
        /** A gradient that is ready for the update. */
        GRADIENT,
        /** What an optimizer remembers of a parameter. */
        OPTIMIZER
    }

    public Held {
        dims = List.copyOf(dims);
    }

    /** Of a parameter that is updated element by element, so that each rank may update a part of it. */
    public Held(Role role, String name, Shape shape, List<LogicalDim> dims) {
        this(role, name, shape, dims, Optional.empty());
    }

    /** The same tensor, with less of it left to split. */
    public Held in(Shape left) {
        return new Held(role, name, left, dims, ownership);
    }

    /** The same parameter's tensor of another role. */
    public Held as(Role other) {
        return new Held(other, name, shape, dims, ownership);
    }

    /** Whole on the one of these ranks that updates the parameter; empty if each may update a part. */
    public Optional<Placement> owned(int ranks) {
        return ownership.map(each -> new Placement.Owned(each.owner(ranks)));
    }

    /** The dim of this meaning. */
    public OptionalInt dim(LogicalDim wanted) {
        return IntStream.range(0, dims.size())
                .filter(d -> dims.get(d).name().equals(wanted.name()))
                .findFirst();
    }

    /** Equal parts of the first dim that they divide; empty if there is none. */
    public Optional<Placement> shardSomewhere(int ranks) {
        return IntStream.range(0, shape.rank())
                .filter(d -> shape.dim(d) % ranks == 0 && shape.dim(d) > 0)
                .mapToObj(Placement::shard)
                .findFirst();
    }

    /**
     * Equal parts of a dim.
     *
     * @throws ShapeException if it can't be cut so: names tensor, dim, axis, and the numbers of ranks that would do
     */
    public Placement shard(int dim, String axis, int ranks) {
        var meaning = dims.isEmpty() ? new LogicalDim("", 1, 1) : dims.get(dim);
        int blocks = meaning.blocks();
        int units = shape.dim(dim) / (blocks * meaning.unit());
        if (shape.dim(dim) % (blocks * meaning.unit()) != 0 || units % ranks != 0) {
            throw new ShapeException(name + " " + shape + ": dim " + dim
                    + (dims.isEmpty() ? "" : " (" + meaning.name() + ")")
                    + " is " + (blocks == 1 ? "" : blocks + " blocks of ") + units
                    + (meaning.unit() == 1 ? "" : " of " + meaning.unit() + " elements each") + ", which " + axis + "="
                    + ranks + " does not divide; " + axis + " may be "
                    + IntStream.rangeClosed(1, Math.min(units, 4096))
                            .filter(n -> units % n == 0)
                            .boxed()
                            .toList());
        }
        return new Placement.Shard(dim, blocks);
    }
}
