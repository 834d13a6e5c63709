package org.borealis.model.gpt;

import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.Gelu;

/** Up to F channels, GELU, and down. */
record FeedForward(Norm norm, Linear up, Gelu activation, Linear down) {

    static FeedForward of(int layer, Dimensions sizes, GptSettings settings) {
        String name = "layers." + layer + ".feedForward.";
        double deviation = settings.initialDeviation();
        String activation = settings.activation();
        Dimensions.require(
                activation.equals("gelu") || activation.equals("geluTanh"),
                "activation has to be gelu or geluTanh; got '" + activation + "'");
        return new FeedForward(
                Norm.of(name + "norm", sizes.hidden(), settings),
                Linear.of(
                        name + "up",
                        sizes.feedForward(),
                        LogicalDim.FEED_FORWARD,
                        sizes.hidden(),
                        LogicalDim.HIDDEN,
                        settings.bias(),
                        deviation),
                new Gelu(activation.equals("geluTanh")),
                Linear.of(
                        name + "down",
                        sizes.hidden(),
                        LogicalDim.HIDDEN,
                        sizes.feedForward(),
                        LogicalDim.FEED_FORWARD,
                        settings.bias(),
                        deviation / Math.sqrt(2.0 * sizes.layers())));
    }

    Tensor apply(Weights weights, Tensor x) {
        var wide = up.apply(weights, norm.apply(weights, x)); // [B, T, F]
        return down.apply(weights, wide.apply(activation).get(0)); // [B, T, C]
    }

    Stream<Parameter> parameters() {
        return Stream.of(norm.parameters(), up.parameters(), down.parameters()).flatMap(parameters -> parameters);
    }
}
