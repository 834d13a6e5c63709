package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Attention in which every query sees every key: softmax(scale q k') v. A block of a longer causal attention whose keys all come before
 * its queries.
 *
 * <p>Inputs q [B, T, H, D], k and v [B, S, K, D] with K dividing H; outputs as those of {@link Attention}: y [B, T, H, D] and the
 * log-sum-exp of the scaled scores [B, H, T] in the accumulator type.
 */
@ProviderType
public record FullAttention(double scale) implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var type = in.get(0).type().type();
        var q = Attention.byHead(in.get(0), in.get(0).dim(2));
        var k = Attention.byHead(in.get(1), in.get(0).dim(2));
        var v = Attention.byHead(in.get(2), in.get(0).dim(2));
        var scores = q.matmul(false, k, true).times(scale); // [B, H, T, S]
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

    /**
     * Gradient of {@link FullAttention}. Inputs dy [B, T, H, D], q, k, v, y, log-sum-exp [B, H, T]; outputs dq [B, T, H, D], dk and dv
     * [B, S, K, D]. With y and log-sum-exp of an attention over more keys than these, it gives what these contribute.
     */
    @ProviderType
    public record Gradient(double scale) implements Composite {
        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var type = in.get(1).type().type();
            int heads = in.get(1).dim(2);
            int keyHeads = in.get(2).dim(2);
            var dy = Attention.byHead(in.get(0), heads);
            var q = Attention.byHead(in.get(1), heads);
            var k = Attention.byHead(in.get(2), heads);
            var v = Attention.byHead(in.get(3), heads);
            var y = Attention.byHead(in.get(4), heads);
            var logSumExp = in.get(5).reshape(q.dim(0), heads, q.dim(2), 1);
            var weights = q.matmul(false, k, true).times(scale).minus(logSumExp).exp(); // [B, H, T, S]
            var dv = weights.matmul(true, dy, false);
            var dweights = dy.matmul(false, v, true);
            var dscores = weights.times(dweights.minus(dy.times(y).sum(-1))).times(scale);
            var dq = dscores.matmul(k);
            var dk = dscores.matmul(true, q, false);
            return List.of(
                    dq.swap(1, 2).as(type),
                    Attention.byGroup(dk, keyHeads, type),
                    Attention.byGroup(dv, keyHeads, type));
        }
    }
}
