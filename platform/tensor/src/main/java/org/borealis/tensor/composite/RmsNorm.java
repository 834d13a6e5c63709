package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Root-mean-square normalisation over the innermost dim (Zhang and Sennrich 2019): x / sqrt(mean(x^2) + epsilon) * weight.
 *
 * <p>Inputs x [.., C], weight [C]; outputs y [.., C], and 1/root-mean-square [.., 1] in the accumulator type.
 */
@ProviderType
public record RmsNorm(double epsilon) implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var type = in.get(0).type().type();
        var x = in.get(0).as(type.accumulator());
        var reciprocal = x.times(x).mean(-1).plus(epsilon).rsqrt();
        return List.of(
                x.times(reciprocal).times(in.get(1).as(type.accumulator())).as(type), reciprocal);
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        if (gradients.get(0).isEmpty() || gradients.get(1).isPresent()) {
            return List.of();
        }
        return gradients.get(0).get().apply(new Gradient(), in.get(0), in.get(1), out.get(1));
    }

    /** Gradient of {@link RmsNorm}. Inputs dy [.., C], x [.., C], weight [C], 1/root-mean-square [.., 1]; outputs dx, dweight. */
    @ProviderType
    public record Gradient() implements Composite {
        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var type = in.get(0).type().type();
            var dy = in.get(0).as(type.accumulator());
            var normal = in.get(1).as(type.accumulator()).times(in.get(3));
            var scaled = dy.times(in.get(2).as(type.accumulator()));
            var dx = scaled.minus(normal.times(scaled.times(normal).mean(-1))).times(in.get(3));
            return List.of(dx.as(type), Norms.sumRows(dy.times(normal)).as(type));
        }
    }
}
