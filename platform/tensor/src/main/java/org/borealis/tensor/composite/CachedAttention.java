package org.borealis.tensor.composite;

import java.util.List;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Attention of new positions over a cache of keys and values of fixed capacity: the query at index t stands at {@code position + t}
 * and sees the cache up to there.
 *
 * <p>Inputs q [B, T, H, D], k and v [B, S, K, D], position (INT32 scalar); output [B, T, H, D]. Heads are grouped as in
 * {@link Attention}.
 */
@ProviderType
public record CachedAttention(double scale) implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var type = in.get(0).type().type();
        int heads = in.get(0).dim(2);
        var q = Attention.byHead(in.get(0), heads);
        var k = Attention.byHead(in.get(1), heads);
        var v = Attention.byHead(in.get(2), heads);
        var scores = q.matmul(false, k, true).times(scale); // [B, H, T, S]
        var grid = TensorType.of(DataType.INT32, 1, 1, scores.dim(-2), scores.dim(-1));
        var here = scores.iota(2, grid).plus(in.get(3));
        var hidden = here.less(scores.iota(3, grid));
        scores = hidden.select(scores.scalar(-1e30), scores);
        return List.of(Softmax.apply(scores).matmul(v).swap(1, 2).as(type));
    }
}
