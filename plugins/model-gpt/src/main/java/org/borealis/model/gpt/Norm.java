package org.borealis.model.gpt;

import java.util.List;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.LayerNorm;

/** Layer norm with its weight [C]; {@code bias} holds one or none. */
record Norm(Parameter weight, List<Parameter> bias, double epsilon) {

    static Norm of(String name, int channels, GptSettings settings) {
        return new Norm(
                Parameter.fill(name + ".weight", 1, channels).of(LogicalDim.HIDDEN),
                settings.bias()
                        ? List.of(Parameter.fill(name + ".bias", 0, channels).of(LogicalDim.HIDDEN))
                        : List.of(),
                settings.epsilon());
    }

    Tensor apply(Weights weights, Tensor x) {
        var scale = weights.of(weight);
        var shift = bias.isEmpty() ? scale.fill(0) : weights.of(bias.get(0));
        return x.apply(new LayerNorm(epsilon), scale, shift).get(0);
    }

    Stream<Parameter> parameters() {
        return Stream.concat(Stream.of(weight), bias.stream());
    }
}
