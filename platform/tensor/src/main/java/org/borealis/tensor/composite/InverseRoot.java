package org.borealis.tensor.composite;

import java.util.List;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Inverse root of a symmetric positive semidefinite matrix, by its eigenvalues, as Distributed Shampoo has it (Shi et al. 2023, section
 * 3.2): A = V diag(w) V' becomes V diag((w - min(w_1, 0) + epsilon)^(-1/root)) V', where w_1 is the least eigenvalue, which rounding
 * may have made negative.
 *
 * <p>Input [N, N], FLOAT64 or FLOAT32, of which the lower triangle is read; output of its type and shape. It has no gradient.
 *
 * @param root such as 4: the fourth root of the inverse
 * @param epsilon added to each eigenvalue; has to be above 0 if one can be 0
 */
@ProviderType
public record InverseRoot(double root, double epsilon) implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var eigen = in.get(0).apply(new Factorisation.SymmetricEigen());
        var values = eigen.get(0); // [N]
        var vectors = eigen.get(1); // [N, N]
        var least = values.slice(0, 0, 1); // [1]
        var shift = least.minimum(least.scalar(0)).negate().plus(epsilon);
        var powers = values.plus(shift).power(-1 / root);
        return List.of(vectors.times(powers).matmul(false, vectors, true));
    }
}
