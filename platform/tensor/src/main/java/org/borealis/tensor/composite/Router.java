package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How well each expert of a mixture suits each token: softmax over x times the transpose of weight (Shazeer et al. 2017). Computed in
 * the accumulator type, because a choice between experts hangs on small differences (Fedus et al. 2022, section 2.4).
 *
 * <p>Inputs x [.., C] and weight [E, C]; output probabilities [.., E] in the accumulator type.
 */
@ProviderType
public record Router() implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var accumulator = in.get(0).type().type().accumulator();
        return List.of(Softmax.apply(in.get(0).as(accumulator).linear(in.get(1).as(accumulator))));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients
                .get(0)
                .map(dy -> pull(in.get(0), in.get(1), out.get(0), dy))
                .orElse(List.of());
    }

    private static List<Tensor> pull(Tensor x, Tensor weight, Tensor y, Tensor dy) {
        var accumulator = y.type().type();
        var dlogits = rows(dy.apply(new Softmax.Gradient(), y).get(0)); // [R, E]
        var dx = dlogits.matmul(weight.as(accumulator)).reshape(x.shape());
        var dweight = dlogits.matmul(true, rows(x).as(accumulator), false); // [E, C]
        return List.of(dx.as(x.type().type()), dweight.as(weight.type().type()));
    }

    /** [.., C] to [R, C]. */
    private static Tensor rows(Tensor x) {
        return x.reshape(Shape.of(x.shape().joined(0, x.shape().rank() - 1), x.dim(-1)));
    }
}
