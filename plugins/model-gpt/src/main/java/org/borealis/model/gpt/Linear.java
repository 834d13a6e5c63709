package org.borealis.model.gpt;

import java.util.List;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Tensor;

/** x W' + b, with W [out, in]; {@code bias} holds one or none. */
record Linear(Parameter weight, List<Parameter> bias) {

    static Linear of(
            String name, int out, LogicalDim outDim, int in, LogicalDim inDim, boolean hasBias, double deviation) {
        return new Linear(
                Parameter.normal(name + ".weight", deviation, out, in).of(outDim, inDim),
                hasBias ? List.of(Parameter.fill(name + ".bias", 0, out).of(outDim)) : List.of());
    }

    Tensor apply(Weights weights, Tensor x) {
        var w = weights.of(weight);
        return bias.isEmpty() // [.., in] to [.., out]
                ? x.linear(w)
                : org.borealis.tensor.composite.Linear.apply(x, w, weights.of(bias.get(0)));
    }

    Stream<Parameter> parameters() {
        return Stream.concat(Stream.of(weight), bias.stream());
    }
}
