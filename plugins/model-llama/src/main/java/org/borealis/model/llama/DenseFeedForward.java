package org.borealis.model.llama;

import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.SwiGlu;

/** Two layers up to F channels, one gating the other, and one down. */
record DenseFeedForward(Norm norm, Linear gate, Linear up, Linear down) implements FeedForward {

    static DenseFeedForward of(int layer, Dimensions sizes, LlamaSettings settings) {
        String name = "layers." + layer + ".feedForward.";
        boolean bias = settings.bias_feedForward();
        double deviation = settings.initialDeviation();
        return new DenseFeedForward(
                Norm.of(name + "norm", sizes.hidden(), settings.epsilon()),
                Linear.of(
                        name + "gate",
                        sizes.feedForward(),
                        LogicalDim.FEED_FORWARD,
                        sizes.hidden(),
                        LogicalDim.HIDDEN,
                        bias,
                        deviation),
                Linear.of(
                        name + "up",
                        sizes.feedForward(),
                        LogicalDim.FEED_FORWARD,
                        sizes.hidden(),
                        LogicalDim.HIDDEN,
                        bias,
                        deviation),
                Linear.of(
                        name + "down",
                        sizes.hidden(),
                        LogicalDim.HIDDEN,
                        sizes.feedForward(),
                        LogicalDim.FEED_FORWARD,
                        bias,
                        deviation / Math.sqrt(2.0 * sizes.layers())));
    }

    @Override
    public Result apply(Weights weights, Tensor x) {
        var normal = norm.apply(weights, x); // [B, T, C]
        var gated = gate.apply(weights, normal)
                .apply(new SwiGlu(), up.apply(weights, normal))
                .get(0); // [B, T, F]
        return new Result(down.apply(weights, gated), Optional.empty()); // [B, T, C]
    }

    @Override
    public Stream<Parameter> parameters() {
        return Stream.of(Stream.of(norm.weight()), gate.parameters(), up.parameters(), down.parameters())
                .flatMap(parameters -> parameters);
    }
}
