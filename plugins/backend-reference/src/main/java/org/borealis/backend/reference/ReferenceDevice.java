package org.borealis.backend.reference;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.borealis.device.Buffer;
import org.borealis.device.Buffers;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.HostMemory;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.ShapeException;

/** Every primitive on every type, and no composite. */
final class ReferenceDevice implements Device {
    private final HostMemory memory = new HostMemory("reference");
    private final Buffers buffers;

    /** @param mostBytes that may be taken at a time */
    ReferenceDevice(long mostBytes) {
        buffers = new Buffers("reference", memory, mostBytes);
    }

    @Override
    public String description() {
        return "reference: plain Java " + Runtime.version().feature() + " on one thread";
    }

    @Override
    public boolean supports(DataType type) {
        return true;
    }

    @Override
    public Buffer allocate(long bytes) {
        return buffers.allocate(bytes);
    }

    @Override
    public OptionalLong memoryBytes() {
        long bytes = Math.min(buffers.leftBytes(), memory.availableBytes().orElse(Long.MAX_VALUE));
        return bytes == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        if (!(op instanceof Primitive primitive)) {
            throw new DeviceException(
                    "unsupported",
                    "reference: fuses nothing, so " + op.label() + " of "
                            + inputs.stream().map(Slot::type).toList() + " has to be lowered first");
        }
        var wanted = op.infer(inputs.stream().map(Slot::type).toList());
        var given = outputs.stream().map(Slot::type).toList();
        if (!wanted.equals(given)) {
            throw new ShapeException(op.label() + " gives " + wanted + ", but the outputs are bound to " + given);
        }
        Stream.concat(inputs.stream(), outputs.stream()).forEach(buffers::of);
        return Kernels.of(primitive, List.copyOf(inputs), outputs.get(0));
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        requireSize(target, source);
        buffers.segment(target).copyFrom(source);
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        requireSize(source, target);
        target.copyFrom(buffers.segment(source));
    }

    private static void requireSize(Slot slot, MemorySegment host) {
        if (host.byteSize() != slot.type().bytes()) {
            throw new DeviceException(
                    "wrong-size",
                    "reference: " + slot.type() + " has " + slot.type().bytes() + " bytes, the host's memory "
                            + host.byteSize());
        }
    }

    @Override
    public void close() {
        buffers.close();
    }
}
