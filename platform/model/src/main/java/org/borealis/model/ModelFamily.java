package org.borealis.model;

import java.util.List;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.GreatestScores;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An autoregressive language model with its settings; registered as a service with the property {@value #NAME}.
 *
 * <p>A family is a component that requires configuration: each configuration is one model. Its settings hold {@code vocabulary}
 * (0 until the trainer fills in what the tokenizer has) and {@code sequence}.
 */
@ConsumerType
public interface ModelFamily {
    /** Service property that names the family in recipes. */
    String NAME = "model.family";

    /** All trainable tensors, in an order that never changes for given settings. */
    List<Parameter> parameters();

    /** Longest sequence, in tokens. */
    int sequence();

    /** Number of token ids, and of logits. */
    int vocabulary();

    /** Sizes of the key/value cache of every layer. */
    CacheShape cache();

    /**
     * What makes the queries and keys of each attention, in the order in which the model attends; empty if the family does not say, or
     * if queries and keys are not linear in any parameters. Optimizers that limit scores need it ({@link GreatestScores}).
     */
    default List<AttentionHeads> attentions() {
        return List.of();
    }

    /** Hidden states of INT32 {@code tokens} [B, T] after the final norm: [B, T, C]. */
    Tensor hidden(Weights weights, Tensor tokens, Context context);

    /** Scores of every token id, from hidden states [.., C] to [.., V]. */
    Tensor logits(Weights weights, Tensor hidden);

    /**
     * Mean loss in nats a token of predicting INT32 {@code targets} [B, T], a scalar; targets of {@link CrossEntropy#IGNORED} do not
     * count.
     */
    default Tensor loss(Weights weights, Tensor tokens, Tensor targets) {
        return lossOf(weights, hidden(weights, tokens, Context.causal()), targets);
    }

    /** As {@link #loss}, from hidden states [B, T, C]. */
    default Tensor lossOf(Weights weights, Tensor hidden, Tensor targets) {
        int rows = targets.dim(0) * targets.dim(1);
        var logits = logits(weights, hidden.reshape(Shape.of(rows, hidden.dim(-1))));
        return logits.apply(new CrossEntropy(), targets.reshape(Shape.of(rows))).get(0);
    }

    /**
     * Floating-point operations of one training step (forward and backward) for one token of a sequence of {@link #sequence} tokens,
     * without recomputation, and of experts those that a token goes to; what model FLOPs utilisation is reckoned from.
     */
    double trainingFlopsPerToken();
}
