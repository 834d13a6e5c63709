package org.borealis.tensor.composite;

import java.util.ArrayList;
import java.util.List;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The greatest score of each head: of scale q k', before the softmax, over a batch and the positions that are seen. {@link QkClip} is what
 * it is for.
 *
 * <p>Inputs q [B, T, H, D] and k [B, S, K, D] with K dividing H, as of {@link Attention} and {@link FullAttention}. Output [H] in the
 * accumulator type. Scores of so many queries are there at once that memory grows with S, not with S T.
 *
 * @param isCausal whether position t sees positions up to t only; then S is T
 */
@ProviderType
public record GreatestScores(double scale, boolean isCausal) implements Composite {
    /** Queries at once: enough for a fast product, little memory beside what a layer keeps. */
    private static final int ROWS = 128;

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        int heads = in.get(0).dim(2);
        var q = Attention.byHead(in.get(0), heads).times(scale);
        var k = Attention.byHead(in.get(1), heads);
        var found = new ArrayList<Tensor>();
        for (int first = 0; first < q.dim(2); first += ROWS) {
            int rows = Math.min(ROWS, q.dim(2) - first);
            var block = q.slice(2, first, rows);
            if (isCausal) {
                var scores = block.matmul(false, k.slice(2, first, rows), true);
                found.add(greatest(Attention.seen(scores)));
            }
            int before = isCausal ? first : k.dim(2); // keys that all of these queries see
            if (before > 0) {
                found.add(greatest(block.matmul(false, k.slice(2, 0, before), true)));
            }
        }
        return List.of(
                found.stream().reduce(Tensor::maximum).orElseThrow().max(0).reshape(heads));
    }

    /** [B, H, T, S] to [B, H, 1, 1]. */
    private static Tensor greatest(Tensor scores) {
        return scores.max(-1).max(-2);
    }
}
