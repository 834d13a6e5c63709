package org.borealis.model.gpt;

import java.util.stream.Stream;
import org.borealis.model.AttentionHeads;
import org.borealis.model.AttentionHeads.Rows;
import org.borealis.model.Context;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Tensor;

/** Attention with query, key and value from one matrix, whose rows are in that order. */
record SelfAttention(int layer, Norm norm, Linear input, Linear output, int heads, double scale) {

    static SelfAttention of(int layer, Dimensions sizes, GptSettings settings) {
        String name = "layers." + layer + ".attention.";
        int hidden = sizes.hidden();
        double deviation = settings.initialDeviation();
        double scale = 1 / Math.sqrt(sizes.headSize());
        var heads = LogicalDim.HEADS.of(sizes.headSize());
        return new SelfAttention(
                layer,
                Norm.of(name + "norm", hidden, settings),
                Linear.of(
                        name + "input",
                        3 * hidden,
                        heads.times(3),
                        hidden,
                        LogicalDim.HIDDEN,
                        settings.bias(),
                        deviation),
                Linear.of(
                        name + "output",
                        hidden,
                        LogicalDim.HIDDEN,
                        hidden,
                        heads,
                        settings.bias(),
                        deviation
                                / Math.sqrt(2.0
                                        * sizes.layers())), // GPT-2, section 2.3: the residual stream keeps its size
                sizes.heads(),
                settings.scaleByLayer() ? scale / (layer + 1) : scale);
    }

    Tensor apply(Weights weights, Tensor x, Context context) {
        var queryKeyValue = input.apply(weights, norm.apply(weights, x)); // [B, T, 3C]
        var q = heads(queryKeyValue, 0, x.dim(-1)); // [B, T, H, D]
        var k = heads(queryKeyValue, 1, x.dim(-1));
        var v = heads(queryKeyValue, 2, x.dim(-1));
        var y = context.attend(layer, q, k, v, scale); // [B, T, H, D]
        return output.apply(weights, y.reshape(x.shape())); // [B, T, C]
    }

    private Tensor heads(Tensor x, int part, int channels) {
        return x.slice(-1, part * channels, channels).reshape(x.dim(0), x.dim(1), heads, channels / heads);
    }

    AttentionHeads attention() {
        int channels = input.weight().shape().dim(0) / 3;
        return new AttentionHeads(
                heads,
                heads,
                Rows.of(input.parameters(), 0, channels),
                Rows.of(input.parameters(), channels, channels));
    }

    Stream<Parameter> parameters() {
        return Stream.of(norm.parameters(), input.parameters(), output.parameters())
                .flatMap(parameters -> parameters);
    }
}
