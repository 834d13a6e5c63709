package org.borealis.model.llama;

import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.RmsNorm;

/** Root-mean-square norm with its weight [C]. */
record Norm(Parameter weight, double epsilon) {

    static Norm of(String name, int channels, double epsilon) {
        return new Norm(Parameter.fill(name + ".weight", 1, channels).of(LogicalDim.HIDDEN), epsilon);
    }

    Tensor apply(Weights weights, Tensor x) {
        return x.apply(new RmsNorm(epsilon), weights.of(weight)).get(0);
    }
}
