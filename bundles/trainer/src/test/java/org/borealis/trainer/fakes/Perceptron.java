package org.borealis.trainer.fakes;

import java.util.List;
import org.borealis.model.CacheShape;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerEnd;

/** The smallest model that has all that an optimizer cares about: a table, wide and high matrices, and a vector. It compiles soon. */
public record Perceptron(int vocabulary, int sequence) implements ModelFamily {
    private static final int CHANNELS = 8;
    private static final int WIDE = 12;
    private static final double DEVIATION = 0.2;

    private Parameter tokens() {
        return Parameter.normal("tokens.weight", DEVIATION, vocabulary, CHANNELS)
                .of(LogicalDim.VOCABULARY, LogicalDim.HIDDEN);
    }

    private static Parameter up() {
        return Parameter.normal("up.weight", DEVIATION, WIDE, CHANNELS);
    }

    private static Parameter bias() {
        return Parameter.fill("up.bias", 0, WIDE);
    }

    private static Parameter down() {
        return Parameter.normal("down.weight", DEVIATION, CHANNELS, WIDE);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(tokens(), up(), bias(), down());
    }

    @Override
    public CacheShape cache() {
        return new CacheShape(1, 1, 1);
    }

    @Override
    public Tensor hidden(Weights weights, Tensor tokens, Context context) {
        var x = LayerEnd.mark("embedding", weights.of(tokens()).gather(tokens)); // [B, T, C]
        var wide = x.linear(weights.of(up())).plus(weights.of(bias())); // [B, T, W]
        var narrow = wide.apply(new Gelu(true)).get(0).linear(weights.of(down())); // [B, T, C]
        return LayerEnd.mark("layer", x.plus(narrow));
    }

    @Override
    public Tensor logits(Weights weights, Tensor hidden) {
        return hidden.linear(weights.of(tokens()));
    }

    @Override
    public double trainingFlopsPerToken() {
        return 6.0 * parameters().stream().mapToLong(p -> p.shape().elements()).sum();
    }
}
