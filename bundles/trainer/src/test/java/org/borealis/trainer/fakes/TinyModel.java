package org.borealis.trainer.fakes;

import java.util.List;
import java.util.stream.Stream;
import org.borealis.model.AttentionHeads;
import org.borealis.model.AttentionHeads.Rows;
import org.borealis.model.CacheShape;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.LayerEnd;

/** The smallest model that has all that a decoder cares about: positions and attention. */
public record TinyModel(int vocabulary, int sequence) implements ModelFamily {
    private static final int CHANNELS = 16;
    private static final int HEADS = 2;
    private static final double DEVIATION = 0.2;

    private Parameter tokens() {
        return Parameter.normal("tokens.weight", DEVIATION, vocabulary, CHANNELS);
    }

    private Parameter positions() {
        return Parameter.normal("positions.weight", DEVIATION, sequence, CHANNELS);
    }

    private static Parameter projection(String name) {
        return Parameter.normal("attention." + name + ".weight", DEVIATION, CHANNELS, CHANNELS);
    }

    private Parameter head() {
        return Parameter.normal("head.weight", DEVIATION, vocabulary, CHANNELS);
    }

    private static Parameter bias() {
        return Parameter.fill("bias", 0, CHANNELS);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                tokens(),
                positions(),
                projection("q"),
                projection("k"),
                projection("v"),
                projection("o"),
                bias(),
                head());
    }

    @Override
    public List<AttentionHeads> attentions() {
        return List.of(new AttentionHeads(
                HEADS,
                HEADS,
                Rows.of(Stream.of(projection("q")), 0, CHANNELS),
                Rows.of(Stream.of(projection("k")), 0, CHANNELS)));
    }

    @Override
    public CacheShape cache() {
        return new CacheShape(1, HEADS, CHANNELS / HEADS);
    }

    @Override
    public Tensor hidden(Weights weights, Tensor tokens, Context context) {
        var heads = Shape.of(tokens.dim(0), tokens.dim(1), HEADS, CHANNELS / HEADS);
        var x = weights.of(tokens()).gather(tokens); // [B, T, C]
        x = x.plus(weights.of(positions()).gather(context.positions(tokens)));
        x = LayerEnd.mark("embedding", x);
        var q = x.linear(weights.of(projection("q"))).reshape(heads); // [B, T, H, D]
        var k = x.linear(weights.of(projection("k"))).reshape(heads);
        var v = x.linear(weights.of(projection("v"))).reshape(heads);
        var attended =
                context.attend(0, q, k, v, 1 / Math.sqrt(CHANNELS / HEADS)).reshape(x.shape()); // [B, T, C]
        return LayerEnd.mark(
                "block", x.plus(attended.linear(weights.of(projection("o")))).plus(weights.of(bias())));
    }

    @Override
    public Tensor logits(Weights weights, Tensor hidden) {
        return hidden.linear(weights.of(head()));
    }

    @Override
    public double trainingFlopsPerToken() {
        return 6.0 * parameters().stream().mapToLong(p -> p.shape().elements()).sum();
    }
}
