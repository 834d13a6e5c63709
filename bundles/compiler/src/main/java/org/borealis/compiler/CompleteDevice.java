package org.borealis.compiler;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation;

/**
 * A device, and the host for the factorisations that it does not claim.
 *
 * @param onHost told of each that is bound for the host
 */
record CompleteDevice(Device device, BiConsumer<Factorisation, Device> onHost) implements Device {

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return op instanceof Factorisation || device.fuses(op, inputs);
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        if (!(op instanceof Factorisation factorisation)
                || device.fuses(factorisation, inputs.stream().map(Slot::type).toList())) {
            return device.bind(op, inputs, outputs);
        }
        onHost.accept(factorisation, device);
        return new HostFactorisation(device, factorisation, inputs.get(0), outputs);
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
    public Buffer allocate(long bytes) {
        return device.allocate(bytes);
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
    public Optional<MemorySegment> memory(Slot slot) {
        return device.memory(slot);
    }

    @Override
    public OptionalLong memoryBytes() {
        return device.memoryBytes();
    }

    @Override
    public boolean isOnHost() {
        return device.isOnHost();
    }

    @Override
    public void finish() {
        device.finish();
    }

    @Override
    public void close() {
        device.close();
    }
}
