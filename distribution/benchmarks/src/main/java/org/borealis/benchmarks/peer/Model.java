package org.borealis.benchmarks.peer;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** A model under autograd. */
interface Model {
    /** What is trained. */
    TensorVector parameters();

    /** Scores [B, T, V] of what follows each of the tokens [B, T]. */
    Tensor logits(Tensor tokens);
}
