package org.borealis.compiler.partition;

import java.util.Optional;
import org.borealis.parallel.Placement.Shard;
import org.borealis.tensor.Shape;

/** Where the parts of a tensor are after its elements were put under other sizes. */
final class Reshaping {
    private Reshaping() {}

    /**
     * The parts of {@code to} that hold the same elements as the parts {@code at} of {@code from}; empty if they are no parts of one
     * dim.
     *
     * <p>Row-major, a split tensor is {@code outer} stretches, each cut into one part for each rank. The new dim is the one in which
     * the stretches end.
     */
    static Optional<Shard> of(Shape from, Shape to, Shard at, int ranks) {
        long outer = from.product(0, at.dim()) * at.blocks();
        long before = 1;
        for (int d = 0; d < to.rank(); d++) {
            long blocks = outer / Math.max(1, before);
            if (outer % Math.max(1, before) != 0) {
                return Optional.empty();
            }
            if (before * to.dim(d) >= outer * ranks) {
                return to.dim(d) % (blocks * ranks) == 0 ? Optional.of(new Shard(d, (int) blocks)) : Optional.empty();
            }
            before *= to.dim(d);
        }
        return Optional.empty();
    }
}
