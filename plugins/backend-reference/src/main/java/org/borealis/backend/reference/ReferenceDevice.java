package org.borealis.backend.reference;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.ShapeException;

/** Every primitive on every type, and no composite. */
final class ReferenceDevice implements Device {
    private final long mostBytes;
    private final Set<HostBuffer> buffers = ConcurrentHashMap.newKeySet();
    private long takenBytes;
    private boolean isClosed;

    ReferenceDevice(long mostBytes) {
        this.mostBytes = mostBytes;
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
    public synchronized Buffer allocate(long bytes) {
        if (isClosed) {
            throw new DeviceException("closed", "reference: the device is closed; open another");
        }
        if (bytes > mostBytes - takenBytes) {
            throw new DeviceException(
                    "out-of-memory",
                    "reference: " + bytes + " bytes were asked for, " + takenBytes
                            + " are taken, and the setting memoryMebibytes" + " allows " + mostBytes);
        }
        var buffer = new HostBuffer(bytes, this::forget);
        buffers.add(buffer);
        takenBytes += bytes;
        return buffer;
    }

    @Override
    public synchronized OptionalLong memoryBytes() {
        long bytes = Math.min(mostBytes - takenBytes, FreeMemory.bytes());
        return bytes == FreeMemory.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    private synchronized void forget(HostBuffer buffer) {
        if (buffers.remove(buffer)) {
            takenBytes -= buffer.bytes();
        }
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
        return Kernels.of(primitive, List.copyOf(inputs), outputs.get(0));
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        requireSize(target, source);
        HostBuffer.memory(target).copyFrom(source);
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        requireSize(source, target);
        target.copyFrom(HostBuffer.memory(source));
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
    public synchronized void close() {
        isClosed = true;
        List.copyOf(buffers).forEach(HostBuffer::close);
    }
}
