package org.borealis.tensor.composite;

import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;

/** What the normalisations share. */
final class Norms {
    private Norms() {}

    /** [.., C] to [C], summed over all rows. */
    static Tensor sumRows(Tensor x) {
        int channels = x.dim(-1);
        int rows = x.shape().joined(0, x.shape().rank() - 1);
        return x.reshape(rows, channels).sum(0).reshape(Shape.of(channels));
    }
}
