package org.borealis.model.llama;

import java.util.stream.Stream;
import org.borealis.model.AttentionHeads;
import org.borealis.model.AttentionHeads.Rows;
import org.borealis.model.Context;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.Rotary;

/** Attention with rotary positions; H query heads share K heads of keys and values. */
record SelfAttention(int layer, Norm norm, Linear query, Linear key, Linear value, Linear output, int headSize) {

    static SelfAttention of(int layer, Dimensions sizes, LlamaSettings settings) {
        String name = "layers." + layer + ".attention.";
        int queries = sizes.heads() * sizes.headSize();
        int keys = sizes.keyHeads() * sizes.headSize();
        boolean bias = settings.bias_queryKeyValue();
        double deviation = settings.initialDeviation();
        var heads = LogicalDim.HEADS.of(sizes.headSize());
        return new SelfAttention(
                layer,
                Norm.of(name + "norm", sizes.hidden(), settings.epsilon()),
                Linear.of(name + "query", queries, heads, sizes.hidden(), LogicalDim.HIDDEN, bias, deviation),
                Linear.of(name + "key", keys, heads, sizes.hidden(), LogicalDim.HIDDEN, bias, deviation),
                Linear.of(name + "value", keys, heads, sizes.hidden(), LogicalDim.HIDDEN, bias, deviation),
                Linear.of(
                        name + "output",
                        sizes.hidden(),
                        LogicalDim.HIDDEN,
                        queries,
                        heads,
                        settings.bias_attentionOutput(),
                        deviation
                                / Math.sqrt(2.0
                                        * sizes.layers())), // GPT-2, section 2.3: the residual stream keeps its size
                sizes.headSize());
    }

    Tensor apply(Weights weights, Tensor x, RotaryFrequencies.Tables rotary, Context context) {
        var normal = norm.apply(weights, x); // [B, T, C]
        var q = turned(heads(query.apply(weights, normal)), rotary); // [B, T, H, D]
        var k = turned(heads(key.apply(weights, normal)), rotary); // [B, T, K, D]
        var v = heads(value.apply(weights, normal)); // [B, T, K, D]
        var y = context.attend(layer, q, k, v, 1 / Math.sqrt(headSize)); // [B, T, H, D]
        var joined = y.reshape(Shape.of(x.dim(0), x.dim(1), y.dim(2) * headSize));
        return output.apply(weights, joined); // [B, T, C]
    }

    private Tensor heads(Tensor x) {
        return x.reshape(x.dim(0), x.dim(1), x.dim(2) / headSize, headSize);
    }

    private static Tensor turned(Tensor x, RotaryFrequencies.Tables rotary) {
        return x.apply(new Rotary(), rotary.cosine(), rotary.sine()).get(0);
    }

    AttentionHeads attention() {
        int queries = query.weight().shape().dim(0);
        int keys = key.weight().shape().dim(0);
        return new AttentionHeads(
                queries / headSize,
                keys / headSize,
                Rows.of(query.parameters(), 0, queries),
                Rows.of(key.parameters(), 0, keys));
    }

    Stream<Parameter> parameters() {
        return Stream.of(
                        Stream.of(norm.weight()),
                        query.parameters(),
                        key.parameters(),
                        value.parameters(),
                        output.parameters())
                .flatMap(parameters -> parameters);
    }
}
