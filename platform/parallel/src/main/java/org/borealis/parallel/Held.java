package org.borealis.parallel;

import java.util.List;
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
 */
@ProviderType
public record Held(Role role, String name, Shape shape, List<LogicalDim> dims) {

    /** What a tensor that outlives a program is. */
    public enum Role {
        PARAMETER,
        GRADIENT,
        /** What an optimizer remembers of a parameter. */
        OPTIMIZER
    }

    public Held {
        dims = List.copyOf(dims);
    }

    /** The dim of this meaning. */
    public OptionalInt dim(LogicalDim wanted) {
        return IntStream.range(0, dims.size())
                .filter(d -> dims.get(d).name().equals(wanted.name()))
                .findFirst();
    }

    /**
     * Equal parts of a dim.
     *
     * @throws ShapeException if it can't be cut so: names tensor, dim, axis, and the numbers of ranks that would do
     */
    public Placement shard(int dim, String axis, int ranks) {
        int blocks = dims.isEmpty() ? 1 : dims.get(dim).blocks();
        int size = shape.dim(dim) / blocks;
        if (shape.dim(dim) % blocks != 0 || size % ranks != 0) {
            throw new ShapeException(name + " " + shape + ": dim " + dim
                    + (dims.isEmpty() ? "" : " (" + dims.get(dim).name() + ")") + " is "
                    + (blocks == 1 ? "" : blocks + " blocks of ") + size + ", which " + axis + "=" + ranks
                    + " does not divide; " + axis + " may be "
                    + IntStream.rangeClosed(1, Math.min(size, 4096))
                            .filter(n -> size % n == 0)
                            .boxed()
                            .toList());
        }
        return new Placement.Shard(dim, blocks);
    }
}
