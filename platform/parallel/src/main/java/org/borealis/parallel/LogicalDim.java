package org.borealis.parallel;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What the elements along a dim of a parameter stand for; strategies decide by it what they split.
 *
 * @param name one of the constants here, or what model and strategy agree upon
 * @param blocks equal stretches of the dim that are split one by one, such as 3 where query, key and value share a matrix
 * @param unit elements that stay together, such as the channels of a head
 */
@ProviderType
public record LogicalDim(String name, int blocks, int unit) {
    /** Token ids. */
    public static final LogicalDim VOCABULARY = new LogicalDim("vocabulary", 1, 1);

    /** Channels of the residual stream. */
    public static final LogicalDim HIDDEN = new LogicalDim("hidden", 1, 1);

    /** Attention heads, each with its channels. */
    public static final LogicalDim HEADS = new LogicalDim("heads", 1, 1);

    /** Inner channels of a feed-forward layer. */
    public static final LogicalDim FEED_FORWARD = new LogicalDim("feedForward", 1, 1);

    /** Experts of a mixture. */
    public static final LogicalDim EXPERTS = new LogicalDim("experts", 1, 1);

    /** Positions in the sequence. */
    public static final LogicalDim POSITIONS = new LogicalDim("positions", 1, 1);

    /** The same dim repeated {@code count} times. */
    public LogicalDim times(int count) {
        return new LogicalDim(name, blocks * count, unit);
    }

    /** The same dim, of things of {@code size} elements each. */
    public LogicalDim of(int size) {
        return new LogicalDim(name, blocks, size);
    }
}
