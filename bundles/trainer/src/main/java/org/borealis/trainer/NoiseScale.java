package org.borealis.trainer;

import java.util.OptionalDouble;

/**
 * How noisy gradients are: the number of sequences beyond which a larger batch gives hardly a better step. McCandlish et al. 2018, "An
 * Empirical Model of Large-Batch Training", appendix A.1: from the squared lengths of gradients of two batch sizes follow the squared
 * length of the true gradient and the variance of one sequence's, both without bias; their averages over steps are divided.
 *
 * @param signal squared length of the true gradient, averaged
 * @param noise trace of the covariance of one sequence's gradient, averaged
 */
record NoiseScale(double signal, double noise) {
    static final NoiseScale NONE = new NoiseScale(0, 0);

    /** Share that the average keeps from step to step, as in GPT-NeoX. */
    static final double KEPT = 0.99;

    /** What one step tells. */
    static NoiseScale of(double squaredNorm, double sequences, double squaredBatchNorm, double batchSequences) {
        return new NoiseScale(
                (sequences * squaredNorm - batchSequences * squaredBatchNorm) / (sequences - batchSequences),
                (squaredBatchNorm - squaredNorm) / (1 / batchSequences - 1 / sequences));
    }

    /** Averages that start at zero: what they lack at first is the same share of both. */
    NoiseScale with(NoiseScale step, double kept) {
        return new NoiseScale(kept * signal + (1 - kept) * step.signal, kept * noise + (1 - kept) * step.noise);
    }

    /** In sequences; empty while estimates are not positive, as those of few steps may be. */
    OptionalDouble sequences() {
        return signal > 0 && noise > 0 ? OptionalDouble.of(noise / signal) : OptionalDouble.empty();
    }
}
