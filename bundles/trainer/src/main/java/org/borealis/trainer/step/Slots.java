package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;

/** Tensors on a device, by name, in the order they were added; owned until closed. */
public final class Slots implements AutoCloseable {
    /** Elements that are moved at once: large enough to be fast, small beside any model. */
    static final int CHUNK = 1 << 20;

    private final Device device;
    private final Map<String, Slot> slots = new LinkedHashMap<>();

    public Slots(Device device) {
        this.device = device;
    }

    /** Takes memory for a tensor, zeroed. */
    public Slot add(String name, TensorType type) {
        try {
            var slot = Slot.allocate(device, type);
            slots.put(name, slot);
            return slot;
        } catch (DeviceException e) {
            throw new DeviceException(
                    e.code(),
                    e.getMessage() + "; wanted for " + name + " " + type + ", after " + bytes()
                            + " bytes for what comes before it. A smaller model, batch.micro or sequence needs less",
                    e);
        }
    }

    public Slot get(String name) {
        var slot = slots.get(name);
        if (slot == null) {
            throw new IllegalArgumentException("no slot " + name);
        }
        return slot;
    }

    /** A tensor that may not be here. */
    Optional<Slot> find(String name) {
        return Optional.ofNullable(slots.get(name));
    }

    public Map<String, Slot> byName() {
        return Map.copyOf(slots);
    }

    public Iterable<Map.Entry<String, Slot>> entries() {
        return slots.entrySet();
    }

    public long bytes() {
        return slots.values().stream().mapToLong(s -> s.type().bytes()).sum();
    }

    /** Writes numbers that are made chunk by chunk. */
    static void write(Device device, Slot slot, Chunks chunks) {
        long elements = slot.type().shape().elements();
        var type = slot.type().type();
        try (var arena = Arena.ofConfined()) {
            var staging = arena.allocate(Math.min(elements, CHUNK) * type.bytes() + 1);
            for (long first = 0; first < elements; first += CHUNK) {
                var values = new double[(int) Math.min(CHUNK, elements - first)];
                chunks.fill(first, values);
                var part = new Slot(
                        slot.buffer(), slot.offset() + first * type.bytes(), TensorType.of(type, values.length));
                var bytes = staging.asSlice(0, part.type().bytes());
                HostMemory.write(bytes, type, values);
                device.write(part, bytes);
            }
        }
    }

    /** Writes elements that are stored as any float type. */
    public void write(Slot slot, MemorySegment elements, DataType stored) {
        if (stored == slot.type().type()) {
            device.write(slot, elements);
        } else {
            write(device, slot, (first, values) -> HostMemory.read(elements, stored, first, values));
        }
    }

    /** Copies a whole tensor to the host. */
    public static MemorySegment read(Device device, Slot slot, Arena arena) {
        var bytes = arena.allocate(Math.max(1, slot.type().bytes()), Slot.ALIGNMENT)
                .asSlice(0, slot.type().bytes());
        device.read(slot, bytes);
        return bytes;
    }

    /** Where numbers come from. */
    @FunctionalInterface
    interface Chunks {
        /** Sets the elements from {@code first} on; {@code first} is a multiple of {@link #CHUNK}. */
        void fill(long first, double[] values);
    }

    @Override
    public void close() {
        slots.values().forEach(slot -> slot.buffer().close());
        slots.clear();
    }
}
