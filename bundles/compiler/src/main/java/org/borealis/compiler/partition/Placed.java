package org.borealis.compiler.partition;

import org.borealis.parallel.Placement;
import org.borealis.parallel.Placement.Owned;
import org.borealis.parallel.Placement.Replicate;
import org.borealis.parallel.Placement.Shard;
import org.borealis.parallel.Placement.Varying;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/**
 * A tensor of which this rank has what {@code at} says.
 *
 * @param local what this rank has
 * @param whole type of all of it
 */
record Placed(Tensor local, TensorType whole, Placement at) {

    Shape shape() {
        return whole.shape();
    }

    boolean isReplicated() {
        return at instanceof Replicate;
    }

    boolean isVarying() {
        return at instanceof Varying;
    }

    boolean isOwned() {
        return at instanceof Owned;
    }

    /** Whether it is split along this dim. */
    boolean isSplit(int dim) {
        return at instanceof Shard(int d, int _) && d == dim;
    }

    boolean isSplit() {
        return at instanceof Shard;
    }
}
