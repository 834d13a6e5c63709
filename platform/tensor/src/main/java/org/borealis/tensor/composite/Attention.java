package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Causal attention with grouped keys and values: softmax(scale q k') v, where position t sees positions up to t.
 *
 * <p>Inputs q [B, T, H, D], k and v [B, T, K, D] with K dividing H: query head h uses key head h / (H / K). Outputs y [B, T, H, D]
 * and the log-sum-exp of the scaled scores [B, H, T] in the accumulator type, which the gradient needs (Dao et al. 2022).
 */
@ProviderType
public record Attention(double scale) implements Composite {
    private static final double MASKED =
            -1e30; // exp(MASKED - anything seen) is 0 in every float type it is computed in

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        return forward(in, scale, true);
    }

    /** Of q, k and v; with a key that comes after the query left out if it {@code isCausal}. */
    static List<Tensor> forward(List<Tensor> in, double scale, boolean isCausal) {
        var type = in.get(0).type().type();
        var q = byHead(in.get(0), in.get(0).dim(2));
        var k = byHead(in.get(1), in.get(0).dim(2));
        var v = byHead(in.get(2), in.get(0).dim(2));
        var scores = q.matmul(false, k, true).times(scale); // [B, H, T, S], S keys
        if (isCausal) {
            scores = seen(scores);
        }
        var highest = scores.max(-1);
        var weights = scores.minus(highest).exp();
        var sum = weights.sum(-1); // [B, H, T, 1]
        var y = weights.dividedBy(sum).matmul(v).swap(1, 2); // [B, T, H, D]
        var logSumExp = highest.plus(sum.log()).reshape(q.dim(0), q.dim(1), q.dim(2));
        return List.of(y.as(type), logSumExp);
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        if (gradients.get(0).isEmpty() || gradients.get(1).isPresent()) {
            return List.of();
        }
        return gradients
                .get(0)
                .get()
                .apply(new Gradient(scale), in.get(0), in.get(1), in.get(2), out.get(0), out.get(1));
    }

    /** Of dy, q, k, v, y and log-sum-exp: dq, dk and dv. */
    static List<Tensor> backward(List<Tensor> in, double scale, boolean isCausal) {
        var type = in.get(1).type().type();
        int heads = in.get(1).dim(2);
        int keyHeads = in.get(2).dim(2);
        var dy = byHead(in.get(0), heads);
        var q = byHead(in.get(1), heads);
        var k = byHead(in.get(2), heads);
        var v = byHead(in.get(3), heads);
        var y = byHead(in.get(4), heads);
        var scores = q.matmul(false, k, true).times(scale);
        var seen = scores.minus(in.get(5).reshape(q.dim(0), heads, q.dim(2), 1)).exp();
        var weights = isCausal ? visible(scores).select(seen, seen.scalar(0)) : seen; // [B, H, T, S]
        var dv = weights.matmul(true, dy, false);
        var dweights = dy.matmul(false, v, true);
        var dscores = weights.times(dweights.minus(dy.times(y).sum(-1))).times(scale);
        var dq = dscores.matmul(k);
        var dk = dscores.matmul(true, q, false);
        return List.of(dq.swap(1, 2).as(type), byGroup(dk, keyHeads, type), byGroup(dv, keyHeads, type));
    }

    /** [B, T, K, D] to [B, H, T, D] in the accumulator type, each key head repeated for its query heads. */
    static Tensor byHead(Tensor x, int heads) {
        int group = heads / x.dim(2);
        var wide = x.as(x.type().type().accumulator())
                .reshape(x.dim(0), x.dim(1), x.dim(2), 1, x.dim(3))
                .stretch(Shape.of(x.dim(0), x.dim(1), x.dim(2), group, x.dim(3)))
                .reshape(x.dim(0), x.dim(1), heads, x.dim(3));
        return wide.swap(1, 2);
    }

    /** [B, H, T, D] back to [B, T, K, D], summed over the query heads of a key head. */
    private static Tensor byGroup(Tensor x, int keyHeads, DataType type) {
        int group = x.dim(1) / keyHeads;
        return x.swap(1, 2)
                .reshape(x.dim(0), x.dim(2), keyHeads, group, x.dim(3))
                .sum(3)
                .reshape(x.dim(0), x.dim(2), keyHeads, x.dim(3))
                .as(type);
    }

    /** Scores [.., T, T] of keys that are not after the query; of others a number whose exponential vanishes beside them. */
    static Tensor seen(Tensor scores) {
        return visible(scores).select(scores, scores.scalar(MASKED));
    }

    /** [1, 1, T, T], true where the key is not after the query. */
    private static Tensor visible(Tensor scores) {
        var square = TensorType.of(DataType.INT32, 1, 1, scores.dim(-2), scores.dim(-1));
        return scores.iota(2, square).less(scores.iota(3, square)).not();
    }

    /**
     * Gradient of {@link Attention}. Inputs dy [B, T, H, D], q, k, v, y, log-sum-exp [B, H, T]; outputs dq [B, T, H, D], dk and dv
     * [B, T, K, D].
     */
    @ProviderType
    public record Gradient(double scale) implements Composite {
        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            return backward(in, scale, true);
        }
    }
}
