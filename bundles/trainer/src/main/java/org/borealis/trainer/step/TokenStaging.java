package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.parallel.Sharding;
import org.borealis.parallel.Team;
import org.borealis.tensor.TensorType;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.ranks.Wholes;

/** Brings a batch's tokens to the device: all of them, or those of this rank's positions. */
public final class TokenStaging implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment whole;
    private final MemorySegment part;
    private final Sharding sharding;
    private final Team team;

    /** @param type of the tokens of a batch, as a whole */
    public TokenStaging(TensorType type, Ranks ranks) {
        sharding = ranks.spread().batch(type.shape());
        team = ranks.team();
        whole = arena.allocate(type.bytes(), Slot.ALIGNMENT);
        part = sharding.isSplit() ? arena.allocate(type.in(sharding.local()).bytes(), Slot.ALIGNMENT) : whole;
    }

    /** @param tokens of the whole batch */
    public void write(Device device, Slot slot, int[] tokens) {
        HostMemory.write(whole, tokens);
        if (sharding.isSplit()) {
            Wholes.part(whole, part, sharding, Integer.BYTES, team);
        }
        device.write(slot, part);
    }

    @Override
    public void close() {
        arena.close();
    }
}
