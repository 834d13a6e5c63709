package org.borealis.conformance;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Unary;

/** Takes NEGATE for SIGN. */
record WrongDevice(Device right) implements Device {
    @Override
    public String description() {
        return "wrong";
    }

    @Override
    public boolean supports(DataType type) {
        return right.supports(type);
    }

    @Override
    public Buffer allocate(long bytes) {
        return right.allocate(bytes);
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        return right.bind(op.equals(new Unary(Function.NEGATE)) ? new Unary(Function.SIGN) : op, inputs, outputs);
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        right.write(target, source);
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        right.read(source, target);
    }

    @Override
    public void close() {
        right.close();
    }
}
