package org.borealis.benchmarks.optimizers;

import java.util.List;
import org.borealis.model.CacheShape;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.LayerEnd;

/** A model with a single parameter, a square matrix, and little to do before its gradient is there. */
record OneMatrix(int vocabulary) implements ModelFamily {
    private static final int SEQUENCE = 8;

    private Parameter matrix() {
        return Parameter.normal("matrix", 0.02, vocabulary, vocabulary);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(matrix());
    }

    @Override
    public int sequence() {
        return SEQUENCE;
    }

    @Override
    public CacheShape cache() {
        return new CacheShape(1, 1, 1);
    }

    @Override
    public Tensor hidden(Weights weights, Tensor tokens, Context context) {
        return LayerEnd.mark("rows", weights.of(matrix()).gather(tokens)); // [B, T, C]
    }

    @Override
    public Tensor logits(Weights weights, Tensor hidden) {
        return hidden.linear(weights.of(matrix()));
    }

    @Override
    public double trainingFlopsPerToken() {
        return 6.0 * matrix().shape().elements();
    }
}
