package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Linear layer with a bias: x times the transpose of weight, plus bias. Without one it is {@link Tensor#linear}.
 *
 * <p>Inputs x [.., K], weight [N, K], bias [N]; output [.., N].
 */
@ProviderType
public record Linear() implements Composite {

    /** x [.., K] through a layer with weight [N, K] and bias [N], to [.., N]. */
    public static Tensor apply(Tensor x, Tensor weight, Tensor bias) {
        return x.apply(new Linear(), weight, bias).get(0);
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        return List.of(in.get(0).linear(in.get(1)).plus(in.get(2)));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients.get(0).map(dy -> pull(in.get(0), in.get(1), dy)).orElse(List.of());
    }

    private static List<Tensor> pull(Tensor x, Tensor weight, Tensor dy) {
        var flow = rows(dy); // [R, N]
        var dbias = Norms.sumRows(dy);
        var dx = flow.matmul(weight).reshape(x.shape());
        var dweight = flow.matmul(true, rows(x), false); // [N, K]
        return List.of(dx, dweight, dbias);
    }

    /** [.., C] to [R, C]. */
    private static Tensor rows(Tensor x) {
        return x.reshape(Shape.of(x.shape().joined(0, x.shape().rank() - 1), x.dim(-1)));
    }
}
