package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Layer normalisation over the innermost dim (Ba et al. 2016): (x - mean) / sqrt(variance + epsilon) * weight + bias.
 *
 * <p>Inputs x [.., C], weight [C], bias [C]; outputs y [.., C], and mean and 1/deviation [.., 1] in the accumulator type.
 */
@ProviderType
public record LayerNorm(double epsilon) implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var type = in.get(0).type().type();
        var x = in.get(0).as(type.accumulator());
        var mean = x.mean(-1);
        var centred = x.minus(mean);
        var reciprocalDeviation = centred.times(centred).mean(-1).plus(epsilon).rsqrt();
        var y = centred.times(reciprocalDeviation)
                .times(in.get(1).as(type.accumulator()))
                .plus(in.get(2).as(type.accumulator()));
        return List.of(y.as(type), mean, reciprocalDeviation);
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        if (gradients.get(0).isEmpty()
                || gradients.get(1).isPresent()
                || gradients.get(2).isPresent()) {
            return List.of();
        }
        return gradients.get(0).get().apply(new Gradient(), in.get(0), in.get(1), out.get(1), out.get(2));
    }

    /**
     * Gradient of {@link LayerNorm}. Inputs dy [.., C], x [.., C], weight [C], mean and 1/deviation [.., 1]; outputs dx, dweight, dbias.
     */
    @ProviderType
    public record Gradient() implements Composite {
        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var type = in.get(0).type().type();
            var dy = in.get(0).as(type.accumulator());
            var x = in.get(1).as(type.accumulator());
            var normal = x.minus(in.get(3)).times(in.get(4));
            var scaled = dy.times(in.get(2).as(type.accumulator()));
            var dx = scaled.minus(scaled.mean(-1))
                    .minus(normal.times(scaled.times(normal).mean(-1)))
                    .times(in.get(4));
            return List.of(
                    dx.as(type),
                    Norms.sumRows(dy.times(normal)).as(type),
                    Norms.sumRows(dy).as(type));
        }
    }
}
