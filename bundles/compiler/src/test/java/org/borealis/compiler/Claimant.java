package org.borealis.compiler;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;

/** A device to plan for, which claims every composite and has no memory at all. */
record Claimant() implements Device {
    @Override
    public String description() {
        return "claimant";
    }

    @Override
    public boolean supports(DataType type) {
        return true;
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return true;
    }

    @Override
    public Buffer allocate(long bytes) {
        throw new AssertionError("planning takes no memory");
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        throw new AssertionError("planning binds nothing");
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        throw new AssertionError("planning writes nothing");
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        throw new AssertionError("planning reads nothing");
    }

    @Override
    public void close() {}
}
