package org.borealis.optimizer.layerwise;

import org.borealis.tensor.Tensor;

/** The orthogonal matrix next to a given one, nearly: five steps of a polynomial that takes singular values to about 1 (Jordan 2024). */
final class NewtonSchulz {
    private static final int STEPS = 5;
    private static final double A = 3.4445; // Jordan 2024
    private static final double B = -4.7750;
    private static final double C = 2.0315;

    private NewtonSchulz() {}

    /** @param matrices [.., R, C] */
    static Tensor orthogonal(Tensor matrices, double epsilon) {
        boolean isHigh = matrices.dim(-2) > matrices.dim(-1);
        var norms = matrices.times(matrices).sum(-1).sum(-2).sqrt();
        var x = matrices.dividedBy(norms.plus(epsilon));
        x = isHigh ? x.swap(-1, -2) : x;
        for (int i = 0; i < STEPS; i++) {
            var squared = x.matmul(false, x, true);
            x = x.times(A)
                    .plus(squared.times(B)
                            .plus(squared.matmul(squared).times(C))
                            .matmul(x));
        }
        return isHigh ? x.swap(-1, -2) : x;
    }
}
