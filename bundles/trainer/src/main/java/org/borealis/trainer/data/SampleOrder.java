package org.borealis.trainer.data;

import org.borealis.trainer.step.StreamKey;

/**
 * In which order a run sees its samples: every window once an epoch, in an order of that epoch's own. A pure function of seed and sample
 * number, so there is no position to save.
 */
public record SampleOrder(long seed, long windows) {

    /** The window that is the {@code sample}-th of the run, counted from 0. */
    public long window(long sample) {
        long epoch = sample / windows;
        return new Permutation(windows, StreamKey.of(seed, "order of epoch " + epoch)).apply(sample % windows);
    }
}
