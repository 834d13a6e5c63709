package org.borealis.trainer.step;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Placement.Shard;

/**
 * Who writes what into a checkpoint, alike on all ranks: of those that have the same part of a tensor, the one with the least to write
 * until then.
 */
final class Shares {
    private final Mesh mesh;
    private final long[] bytes;

    Shares(Mesh mesh) {
        this.mesh = mesh;
        bytes = new long[mesh.size()];
    }

    /**
     * Ranks that write what they have of the next tensor.
     *
     * @param isThere whether a rank has any of it
     */
    Set<Integer> writers(StateTensor tensor, IntPredicate isThere) {
        var writers = new LinkedHashMap<List<Integer>, Integer>();
        for (int rank = 0; rank < bytes.length; rank++) {
            if (isThere.test(rank)) {
                writers.merge(place(tensor, rank), rank, (one, other) -> bytes[other] < bytes[one] ? other : one);
            }
        }
        writers.values().forEach(rank -> bytes[rank] += tensor.local().bytes());
        return Set.copyOf(writers.values());
    }

    /** The same for two ranks if they have the same part. */
    private List<Integer> place(StateTensor tensor, int rank) {
        return tensor.sharding().cuts().stream()
                .filter(cut -> cut.at() instanceof Shard)
                .map(cut -> mesh.index(rank, cut.axis().name()))
                .toList();
    }
}
