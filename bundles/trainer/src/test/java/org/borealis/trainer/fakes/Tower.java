package org.borealis.trainer.fakes;

import java.util.ArrayList;
import java.util.List;
import org.borealis.model.CacheShape;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerEnd;

/** Many layers, and nothing else: what is kept between forward and backward pass is most of its memory. */
public record Tower(int vocabulary, int sequence) implements ModelFamily {
    private static final int LAYERS = 8;
    private static final int CHANNELS = 64;

    private Parameter tokens() {
        return Parameter.normal("tokens.weight", 1, vocabulary, CHANNELS);
    }

    private static Parameter layer(int layer) {
        return Parameter.normal("layers." + layer + ".weight", 0.1, CHANNELS, CHANNELS);
    }

    @Override
    public List<Parameter> parameters() {
        var parameters = new ArrayList<Parameter>();
        parameters.add(tokens());
        for (int layer = 0; layer < LAYERS; layer++) {
            parameters.add(layer(layer));
        }
        return parameters;
    }

    @Override
    public CacheShape cache() {
        return new CacheShape(1, 1, 1);
    }

    @Override
    public Tensor hidden(Weights weights, Tensor tokens, Context context) {
        var x = LayerEnd.mark("embedding", weights.of(tokens()).gather(tokens)); // [B, T, C]
        for (int layer = 0; layer < LAYERS; layer++) {
            var product = x.linear(weights.of(layer(layer)));
            x = LayerEnd.mark(
                    "layers." + layer, x.plus(product.apply(new Gelu(true)).get(0)));
        }
        return x;
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
