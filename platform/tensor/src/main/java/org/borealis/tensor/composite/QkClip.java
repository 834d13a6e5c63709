package org.borealis.tensor.composite;

import java.util.List;
import org.borealis.tensor.Composite;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Shrinks the projections that make queries and keys of those heads whose attention scores have become too large (Kimi Team 2025,
 * "Kimi K2", algorithm 1): with eta = threshold / greatest score, queries by eta^alpha and keys by eta^(1 - alpha), if eta is below 1.
 *
 * <p>Inputs the weights of queries and of keys, each [H D, C], rows in the order of heads, and the greatest score of each head [H], all
 * of one float type. Outputs both weights.
 *
 * @param alpha the queries' share, from 0 to 1
 */
@ProviderType
public record QkClip(double threshold, double alpha) implements Composite {
    /** Added to scores, which may be 0. */
    private static final double EPSILON = 1e-12;

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var greatest = in.get(2);
        int heads = greatest.dim(0);
        if (in.get(0).dim(0) % heads != 0 || in.get(1).dim(0) % heads != 0) {
            throw new ShapeException(label() + " takes weights whose rows are those of " + heads + " heads; got "
                    + in.stream().map(Tensor::type).toList());
        }
        var one = greatest.scalar(1);
        var ratio = greatest.plus(EPSILON).reciprocal().times(threshold);
        var eta = greatest.scalar(threshold).less(greatest).select(ratio, one); // [H]
        return List.of(scaled(in.get(0), eta.power(alpha)), scaled(in.get(1), eta.power(1 - alpha)));
    }

    private static Tensor scaled(Tensor weight, Tensor factors) {
        int heads = factors.dim(0);
        return weight.reshape(heads, weight.dim(0) / heads, weight.dim(1))
                .times(factors.reshape(heads, 1, 1))
                .reshape(weight.shape());
    }
}
