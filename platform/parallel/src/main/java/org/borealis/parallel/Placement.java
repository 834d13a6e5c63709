package org.borealis.parallel;

import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.osgi.annotation.versioning.ProviderType;

/** Where the elements of a tensor are, along one axis of a mesh. */
@ProviderType
public sealed interface Placement {
    /** Every rank has all of it. */
    Placement REPLICATE = new Replicate();

    /** Every rank has a summand of it. */
    Placement PARTIAL = new Partial(Fold.SUM);

    /** Every rank has one of its own: its own batch, and what is computed from it. Joined, they are summed. */
    Placement VARYING = new Varying();

    /** Equal parts of a dim, in the order of the ranks. */
    static Placement shard(int dim) {
        return new Shard(dim, 1);
    }

    /** See {@link #REPLICATE}. */
    record Replicate() implements Placement {}

    /** Every rank has a tensor of the full shape; joined by {@code fold} they are the value. */
    record Partial(Fold fold) implements Placement {}

    /** See {@link #VARYING}. */
    record Varying() implements Placement {}

    /**
     * Every rank has a part. The dim consists of {@code blocks} equal stretches, and each of them is cut into one part for each rank; so
     * of queries, keys and values that stand behind each other in one dim, each is split.
     */
    record Shard(int dim, int blocks) implements Placement {
        public Shard {
            if (dim < 0 || blocks < 1) {
                throw new ShapeException("shard: no dim " + dim + " in " + blocks + " blocks");
            }
        }
    }

    /** One rank has all of it, and alone computes with it; the others have nothing. */
    record Owned(int rank) implements Placement {
        public Owned {
            if (rank < 0) {
                throw new ShapeException("owned: no rank " + rank);
            }
        }
    }

    /** Shape of what one rank has of a tensor of shape {@code whole}, if it has any. */
    default Shape local(Shape whole, int ranks) {
        if (!(this instanceof Shard(int dim, int blocks))) {
            return whole;
        }
        if (whole.dim(dim) % (blocks * ranks) != 0) {
            throw new ShapeException("dim " + dim + " of " + whole + " can't be cut into " + ranks + " equal parts"
                    + (blocks == 1 ? "" : " in each of " + blocks + " blocks"));
        }
        return whole.with(dim, whole.dim(dim) / ranks);
    }
}
