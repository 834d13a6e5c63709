package org.borealis.trainer.fakes;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;

/** Another device, counting what is taken of it. */
public final class Counting implements Device {
    private final Device device;
    private long bytes;

    public Counting(Device device) {
        this.device = device;
    }

    public long bytes() {
        return bytes;
    }

    @Override
    public Buffer allocate(long more) {
        bytes += more;
        return device.allocate(more);
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public boolean supports(DataType type) {
        return device.supports(type);
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        return device.bind(op, inputs, outputs);
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        device.write(target, source);
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        device.read(source, target);
    }

    @Override
    public void close() {
        device.close();
    }
}
