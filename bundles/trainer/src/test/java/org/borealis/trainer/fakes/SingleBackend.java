package org.borealis.trainer.fakes;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.Backend;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;

/** A backend that knows float32 and no other float type. */
public record SingleBackend(Backend real) implements Backend {
    @Override
    public Device open() {
        var device = real.open();
        return new Device() {
            @Override
            public String description() {
                return "single precision";
            }

            @Override
            public boolean supports(DataType type) {
                return !type.isFloat() || type == DataType.FLOAT32;
            }

            @Override
            public Buffer allocate(long bytes) {
                return device.allocate(bytes);
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
        };
    }
}
