package org.borealis.tensor.composite;

import java.util.List;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes a matrix near-orthogonal: with x = U diag(s) V' scaled to length 1, each iteration takes x to a x + (b x x' + c (x x')^2) x, and
 * so each singular value towards 1 (Jordan et al. 2024, "Muon").
 *
 * <p>Input matrices [.., M, N] of any float type, each made so by itself; output of the same type and shape. It iterates in that type;
 * the length is summed up in the accumulator type.
 *
 * @param iterations how often
 * @param epsilon added to the length, so that zeros stay zeros
 */
@ProviderType
public record NewtonSchulz(int iterations, double a, double b, double c, double epsilon) implements Composite {

    /** Five iterations with the coefficients of Jordan et al., whose epsilon is 1e-7. */
    public static NewtonSchulz jordan(double epsilon) {
        return new NewtonSchulz(5, 3.4445, -4.7750, 2.0315, epsilon);
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        boolean isTall = in.get(0).dim(-2) > in.get(0).dim(-1);
        var x = scaled(isTall ? in.get(0).swap(-2, -1) : in.get(0)); // [.., K, L], K <= L
        for (int i = 0; i < iterations; i++) {
            var square = x.matmul(false, x, true); // [.., K, K]
            var factor = times(square, b).plus(times(square, c).matmul(square));
            x = times(x, a).plus(factor.matmul(x));
        }
        return List.of(isTall ? x.swap(-2, -1) : x);
    }

    private Tensor scaled(Tensor x) {
        var type = x.type().type();
        var wide = x.as(type.accumulator());
        var length = wide.times(wide).sum(-1).sum(-2).sqrt(); // [.., 1, 1]
        return x.dividedBy(length.as(type).plus(epsilon));
    }

    /** By a coefficient that 8 bits are too few for. */
    private static Tensor times(Tensor x, double coefficient) {
        var type = x.type().type();
        return x.as(type.accumulator()).times(coefficient).as(type);
    }
}
