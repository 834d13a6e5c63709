package org.borealis.trainer.ranks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.Slot;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Placement.Owned;
import org.borealis.parallel.Placement.Shard;
import org.borealis.parallel.Sharding;
import org.borealis.parallel.Sharding.Cut;
import org.borealis.parallel.Team;
import org.borealis.tensor.Shape;

/** Puts tensors together of which each rank has a part, and takes them apart. */
public final class Wholes {
    private Wholes() {}

    /**
     * The whole tensor, for every rank. All ranks call it.
     *
     * @param part what this rank has; of what another owns, memory of that size, which may be written over
     */
    public static MemorySegment join(MemorySegment part, Sharding sharding, int elementBytes, Team team, Arena arena) {
        var joined = part;
        for (int i = sharding.cuts().size() - 1; i >= 0; i--) {
            var cut = sharding.cuts().get(i);
            if (cut.at() instanceof Owned(int owner)) {
                team.group(cut.axis().name()).broadcast(joined, owner).await();
            } else if (cut.at() instanceof Shard) {
                var before = new Sharding(sharding.whole(), sharding.cuts().subList(0, i)).local();
                joined = join(joined, before, cut, elementBytes, team, arena);
            }
        }
        return joined;
    }

    private static MemorySegment join(
            MemorySegment part, Shape whole, Cut cut, int elementBytes, Team team, Arena arena) {
        int ranks = cut.axis().ranks();
        var parts = arena.allocate(part.byteSize() * ranks, Slot.ALIGNMENT);
        team.group(cut.axis().name()).allGather(part, parts).await();
        var joined = arena.allocate(part.byteSize() * ranks, Slot.ALIGNMENT);
        var line = new Mesh(List.of(cut.axis()));
        var sharding = new Sharding(whole, List.of(cut));
        for (int rank = 0; rank < ranks; rank++) {
            var own = parts.asSlice(rank * part.byteSize(), part.byteSize());
            sharding.runs(
                    line,
                    rank,
                    (to, from, length) -> joined.asSlice(to * elementBytes, length * elementBytes)
                            .copyFrom(own.asSlice(from * elementBytes, length * elementBytes)));
        }
        return joined;
    }

    /** Copies this rank's part of a whole tensor. */
    public static void part(MemorySegment whole, MemorySegment part, Sharding sharding, int elementBytes, Team team) {
        sharding.runs(
                team.mesh(),
                team.rank(),
                (from, to, length) -> part.asSlice(to * elementBytes, length * elementBytes)
                        .copyFrom(whole.asSlice(from * elementBytes, length * elementBytes)));
    }
}
