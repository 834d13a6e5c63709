package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.borealis.device.Slot;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;

/** In native memory of this process. */
final class HostStore implements Store {
    private final Arena arena = Arena.ofShared();
    private final Map<String, TensorType> types;
    private final Map<String, MemorySegment> tensors = new HashMap<>();

    HostStore(Map<String, TensorType> types) {
        this.types = types;
        try {
            types.forEach((name, type) -> tensors.put(name, arena.allocate(Math.max(1, type.bytes()), Slot.ALIGNMENT)));
        } catch (OutOfMemoryError e) {
            arena.close();
            throw new BorealisException(
                    "memory",
                    "offload: host needs "
                            + types.values().stream()
                                    .mapToLong(TensorType::bytes)
                                    .sum()
                            + " bytes for what the optimizer remembers, and the host has not got them; offload: disk takes"
                            + " none of its memory",
                    e);
        }
    }

    @Override
    public Map<String, TensorType> types() {
        return types;
    }

    private MemorySegment tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    @Override
    public void read(String name, long offset, MemorySegment into) {
        into.copyFrom(tensor(name).asSlice(offset, into.byteSize()));
    }

    @Override
    public void write(String name, long offset, MemorySegment from) {
        tensor(name).asSlice(offset, from.byteSize()).copyFrom(from);
    }

    @Override
    public void close() {
        arena.close();
    }
}
