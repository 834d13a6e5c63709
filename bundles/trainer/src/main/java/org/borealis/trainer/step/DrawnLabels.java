package org.borealis.trainer.step;

import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Weights;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.RandomBits;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.CrossEntropy;

/** The mean loss for labels that are drawn from the model's own predictions, each independently. */
final class DrawnLabels {
    private static final long KEY = StreamKey.of(0, "drawn labels");
    private static final double WORDS = 1L << 32;

    private DrawnLabels() {}

    /**
     * Traces it.
     *
     * @param draw a number that no other batch of the run has, FLOAT64 scalar: each draws its own labels
     */
    static Tensor loss(ModelFamily family, Weights weights, Tensor tokens, Tensor draw) {
        int rows = tokens.dim(0) * tokens.dim(1);
        var hidden = family.hidden(weights, tokens, Context.causal());
        var logits = family.logits(weights, hidden.reshape(Shape.of(rows, hidden.dim(-1))));
        return logits.apply(new CrossEntropy(), drawn(logits, draw.as(DataType.INT64)))
                .get(0);
    }

    /** The greatest of scores with Gumbel noise is a draw from their softmax (Gumbel 1954); INT32 [rows]. */
    private static Tensor drawn(Tensor logits, Tensor draw) {
        var bits = draw.apply(new RandomBits(KEY, logits.shape())).get(0);
        var uniform = bits.as(DataType.FLOAT64).plus(WORDS / 2 + 0.5).dividedBy(WORDS); // never 0 or 1
        var noise = uniform.log().negate().log().negate();
        var scores = logits.as(DataType.FLOAT64).plus(noise);
        var isGreatest = scores.equalTo(scores.max(1));
        var ids = logits.iota(1, new TensorType(DataType.INT32, logits.shape()));
        return isGreatest.as(DataType.INT32).times(ids).max(1).reshape(logits.dim(0));
    }
}
