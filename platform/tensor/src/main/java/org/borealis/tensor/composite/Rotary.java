package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Rotary positions (Su et al. 2021) in the "rotate half" form of Llama: with x split in halves a, b along the innermost dim, gives
 * a cos - b sin and b cos + a sin.
 *
 * <p>Inputs x [B, T, H, D], cosine and sine [T, D/2]; output [B, T, H, D].
 */
@ProviderType
public record Rotary() implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var x = in.get(0);
        int half = x.dim(-1) / 2;
        var a = x.slice(-1, 0, half); // [B, T, H, D/2]
        var b = x.slice(-1, half, half);
        var cosine = in.get(1).reshape(1, x.dim(1), 1, half);
        var sine = in.get(2).reshape(1, x.dim(1), 1, half);
        return List.of(a.times(cosine)
                .minus(b.times(sine))
                .concatenate(-1, b.times(cosine).plus(a.times(sine))));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        if (gradients.get(0).isEmpty()) {
            return List.of();
        }
        var dy = gradients.get(0).get();
        var x = in.get(0);
        int half = x.dim(-1) / 2;
        var a = x.slice(-1, 0, half);
        var b = x.slice(-1, half, half);
        var da = dy.slice(-1, 0, half);
        var db = dy.slice(-1, half, half);
        var dcosine = da.times(a).plus(db.times(b)).sum(0).sum(2).reshape(x.dim(1), half);
        var dsine = db.times(a).minus(da.times(b)).sum(0).sum(2).reshape(x.dim(1), half);
        var dx = dy.apply(this, in.get(1), in.get(2).negate()).get(0);
        return List.of(dx, dcosine, dsine);
    }
}
