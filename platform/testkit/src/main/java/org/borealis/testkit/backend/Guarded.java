package org.borealis.testkit.backend;

import java.lang.foreign.MemorySegment;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;

/** A tensor in the middle of a buffer whose other bytes are known, so that whoever writes beside it is seen. */
record Guarded(Device device, Slot slot, Slot whole) implements AutoCloseable {
    private static final byte GUARD = (byte) 0xA5;
    private static final byte UNWRITTEN = (byte) 0xFF;

    /**
     * Takes memory for a tensor, and fills it with ones.
     *
     * @param shift elements by which it lies beside the alignment that planned tensors have
     */
    static Guarded of(Device device, TensorType type, int shift) {
        long start = Slot.ALIGNMENT + (long) shift * type.type().bytes();
        int words = Math.toIntExact((start + type.bytes() + Slot.ALIGNMENT) / Integer.BYTES + 1);
        var everything = TensorType.of(DataType.INT32, words);
        var buffer = device.allocate(everything.bytes());
        var made = new Guarded(device, new Slot(buffer, start, type), new Slot(buffer, 0, everything));
        made.clear();
        return made;
    }

    static Guarded of(Device device, HostTensor tensor, int shift) {
        var made = of(device, tensor.type(), shift);
        made.write(tensor);
        return made;
    }

    /** Fills the tensor with ones: a backend that leaves a byte unwritten is seen. */
    void clear() {
        var bytes = new HostTensor(whole.type());
        bytes.elements().fill(GUARD);
        tensor(bytes).fill(UNWRITTEN);
        bytes.write(device, whole);
    }

    void write(HostTensor tensor) {
        tensor.write(device, slot);
    }

    /** What it holds. */
    HostTensor read(String what) {
        var bytes = HostTensor.read(device, whole);
        var elements = tensor(bytes).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        tensor(bytes).fill(GUARD);
        var guards = new HostTensor(whole.type());
        guards.elements().fill(GUARD);
        long at = bytes.elements().mismatch(guards.elements());
        Complaint.unless(
                at < 0,
                "wrote outside " + what + " " + slot.type() + ": at byte " + (at - slot.offset())
                        + " of a tensor that has " + slot.type().bytes() + ", lying at byte " + slot.offset()
                        + " of a buffer");
        return new HostTensor(slot.type(), MemorySegment.ofArray(elements));
    }

    private MemorySegment tensor(HostTensor bytes) {
        return bytes.elements().asSlice(slot.offset(), slot.type().bytes());
    }

    @Override
    public void close() {
        slot.buffer().close();
    }
}
