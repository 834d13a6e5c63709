package org.borealis.optimizer.matrix;

import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;

/** A tensor as a matrix whose rows are along one of its dims. */
final class Unfolding {
    private Unfolding() {}

    /** [.., N, ..] to [N, the rest]. */
    static Tensor of(Tensor x, int dim) {
        int size = x.dim(dim);
        return x.swap(0, dim).reshape(size, Math.toIntExact(x.shape().elements() / size));
    }

    /** Back to the shape that it had. */
    static Tensor back(Tensor matrix, Shape shape, int dim) {
        return matrix.reshape(shape.with(0, shape.dim(dim)).with(dim, shape.dim(0)))
                .swap(0, dim);
    }
}
