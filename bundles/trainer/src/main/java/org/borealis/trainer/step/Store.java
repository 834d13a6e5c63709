package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.tensor.TensorType;

/** Tensors that are not on the device, zero at first. */
interface Store extends AutoCloseable {
    /** Bytes that go between store and device at once: large enough to be fast, small beside what is saved. */
    int CHUNK = 8 << 20;

    /** Takes the memory or the file. */
    static Store open(Offload offload, Map<String, TensorType> types) {
        return switch (offload) {
            case Offload.None _ -> new HostStore(Map.of());
            case Offload.Host _ -> new HostStore(types);
            case Offload.Disk(var folder) -> new DiskStore(Path.of(folder), types);
        };
    }

    /** What is kept, by name. */
    Map<String, TensorType> types();

    /** Bytes of a tensor from {@code offset} on. */
    void read(String name, long offset, MemorySegment into);

    /** Bytes of a tensor from {@code offset} on. */
    void write(String name, long offset, MemorySegment from);

    /** Copies a tensor to the device. */
    default void bring(String name, Device device, Slot slot) {
        chunks(slot, (part, offset, bytes) -> {
            read(name, offset, bytes);
            device.write(part, bytes);
        });
    }

    /** Copies a tensor from the device. */
    default void take(String name, Device device, Slot slot) {
        chunks(slot, (part, offset, bytes) -> {
            device.read(part, bytes);
            write(name, offset, bytes);
        });
    }

    /** Sets every element. */
    default void fill(String name, double value) {
        var type = Objects.requireNonNull(types().get(name), name);
        long bytes = type.bytes();
        try (var arena = Arena.ofConfined()) {
            var chunk = arena.allocate(Math.clamp(bytes, 1, CHUNK), Slot.ALIGNMENT);
            var values =
                    new double[Math.toIntExact(chunk.byteSize() / type.type().bytes())];
            Arrays.fill(values, value);
            HostMemory.write(chunk, type.type(), values);
            for (long offset = 0; offset < bytes; offset += CHUNK) {
                write(name, offset, chunk.asSlice(0, Math.min(CHUNK, bytes - offset)));
            }
        }
    }

    /** What is done with a part of a tensor. */
    @FunctionalInterface
    interface Part {
        void accept(Slot part, long offset, MemorySegment bytes);
    }

    private static void chunks(Slot slot, Part part) {
        long bytes = slot.type().bytes();
        var type = slot.type().type();
        try (var arena = Arena.ofConfined()) {
            var chunk = arena.allocate(Math.clamp(bytes, 1, CHUNK), Slot.ALIGNMENT);
            for (long offset = 0; offset < bytes; offset += CHUNK) {
                int length = (int) Math.min(CHUNK, bytes - offset);
                var place = new Slot(slot.buffer(), slot.offset() + offset, TensorType.of(type, length / type.bytes()));
                part.accept(place, offset, chunk.asSlice(0, length));
            }
        }
    }

    @Override
    void close();
}
