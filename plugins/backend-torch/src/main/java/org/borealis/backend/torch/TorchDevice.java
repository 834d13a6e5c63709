package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.borealis.device.Buffers;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.HeldBuffer;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.TensorType;

/** Memory of one place, and kernels that libtorch runs on it. On the processor, kernels have run when their {@code run} returns. */
final class TorchDevice implements Device {
    static final String NAME = "torch";

    private final Place place;
    private final Operators operators = new Operators();
    private final Buffers buffers;
    private final Set<TorchKernel> kernels = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean open = true;

    TorchDevice(Place place) {
        this.place = place;
        buffers = new Buffers(NAME, place);
    }

    @Override
    public String description() {
        return "libtorch on " + place.description();
    }

    @Override
    public boolean supports(DataType type) {
        return true;
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return Fused.claims(op, inputs, place);
    }

    @Override
    public HeldBuffer allocate(long bytes) {
        return buffers.allocate(bytes);
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        requireOpen();
        var binding = new Binding(this, op.label());
        try {
            var in = binding.views(inputs);
            var out = binding.views(outputs);
            switch (op) {
                case Primitive primitive -> Primitives.bind(binding, primitive, in, out.get(0));
                case Collective collective -> throw DeviceException.collective(collective);
                case Composite composite -> {
                    requireClaimed(composite, inputs);
                    Fused.bind(binding, composite, in, out);
                }
            }
            var kernel = binding.kernel();
            kernels.add(kernel);
            return kernel;
        } catch (RuntimeException e) {
            binding.close();
            throw e;
        }
    }

    private void requireClaimed(Composite op, List<Slot> inputs) {
        var types = inputs.stream().map(Slot::type).toList();
        if (!fuses(op, types)) {
            throw new DeviceException("unsupported", "torch device does not fuse " + op.label() + " of " + types);
        }
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        place.write(address(target), source.asSlice(0, target.type().bytes()));
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        place.read(address(source), target.asSlice(0, source.type().bytes()));
    }

    private long address(Slot slot) {
        return buffers.of(slot).address() + slot.offset();
    }

    Buffers buffers() {
        return buffers;
    }

    @Override
    public boolean isOnHost() {
        return place instanceof Host;
    }

    @Override
    public Optional<MemorySegment> memory(Slot slot) {
        return place instanceof Host ? Optional.of(buffers.segment(slot)) : Optional.empty();
    }

    @Override
    public OptionalLong memoryBytes() {
        return place.memoryBytes();
    }

    @Override
    public void finish() {
        place.finish();
    }

    Operators operators() {
        return operators;
    }

    Place place() {
        return place;
    }

    void forget(TorchKernel kernel) {
        kernels.remove(kernel);
    }

    private void requireOpen() {
        if (!open) {
            throw new DeviceException("device-closed", "torch device was used after its close");
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            List.copyOf(kernels).forEach(TorchKernel::close);
            buffers.close();
            place.close();
        }
    }
}
