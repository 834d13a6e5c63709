package org.borealis.testkit;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ConsumerType;

/** Another device, for a test to put a fault, a lack or a count in front of: what is not overridden goes through. */
@ConsumerType
public class ForwardingDevice implements Device {
    private final Device real;

    /** @param real is closed with this device */
    public ForwardingDevice(Device real) {
        this.real = real;
    }

    /** The device behind this one. */
    protected final Device real() {
        return real;
    }

    /** The real device's kernel, whose first output is changed when it has run. */
    public final Kernel changed(Op op, List<Slot> inputs, List<Slot> outputs, UnaryOperator<HostTensor> change) {
        var kernel = real.bind(op, inputs, outputs);
        return () -> {
            kernel.run();
            change.apply(HostTensor.read(real, outputs.get(0))).write(real, outputs.get(0));
        };
    }

    @Override
    public String description() {
        return real.description();
    }

    @Override
    public boolean isOnHost() {
        return real.isOnHost();
    }

    @Override
    public Optional<MemorySegment> memory(Slot slot) {
        return real.memory(slot);
    }

    @Override
    public boolean supports(DataType type) {
        return real.supports(type);
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return real.fuses(op, inputs);
    }

    @Override
    public Buffer allocate(long bytes) {
        return real.allocate(bytes);
    }

    @Override
    public OptionalLong memoryBytes() {
        return real.memoryBytes();
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        return real.bind(op, inputs, outputs);
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        real.write(target, source);
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        real.read(source, target);
    }

    @Override
    public void finish() {
        real.finish();
    }

    @Override
    public void close() {
        real.close();
    }
}
