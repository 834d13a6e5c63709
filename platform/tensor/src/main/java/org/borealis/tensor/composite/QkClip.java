package org.borealis.tensor.composite;

import java.util.List;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the weights that make a head's queries and keys are multiplied with when its attention scores have become too large (Kimi Team
 * 2025, "Kimi K2", algorithm 1): with eta = threshold / greatest score, eta^alpha for queries and eta^(1 - alpha) for keys if eta is below
 * 1, else 1. The greatest score on the same inputs is then the threshold.
 *
 * <p>Input the {@link GreatestScores greatest score} of each head [H], of any float type. Outputs the factors of queries and of keys, [H].
 *
 * @param threshold the greatest score that is left alone; above 0
 * @param alpha the queries' share, from 0 to 1
 */
@ProviderType
public record QkClip(double threshold, double alpha) implements Composite {
    /** Added to scores, which may be 0. */
    private static final double EPSILON = 1e-12;

    /** @throws BorealisException if threshold or alpha is out of its range */
    public QkClip {
        if (!(threshold > 0) || !(alpha >= 0 && alpha <= 1)) {
            throw new BorealisException(
                    "qk-clip",
                    "a limit of attention scores has to be above 0, and the queries' share of it from 0 to 1; got "
                            + threshold + " and " + alpha);
        }
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var greatest = in.get(0);
        var ratio = greatest.plus(EPSILON).reciprocal().times(threshold);
        var eta = greatest.scalar(threshold).less(greatest).select(ratio, greatest.scalar(1)); // [H]
        return List.of(eta.power(alpha), eta.power(1 - alpha));
    }
}
