package org.borealis.trainer.fakes;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import org.borealis.device.Backend;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;

/** A backend with this much memory, of which nobody may take any. */
public record Scarce(OptionalLong memoryBytes) implements Backend, Device {
    @Override
    public Device open() {
        return this;
    }

    @Override
    public String description() {
        return "scarce";
    }

    @Override
    public boolean supports(DataType type) {
        return true;
    }

    @Override
    public Buffer allocate(long bytes) {
        throw new AssertionError(bytes + " bytes were taken");
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        throw new AssertionError(op.label() + " was bound");
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        throw new AssertionError("written");
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        throw new AssertionError("read");
    }

    @Override
    public void close() {}
}
