package org.borealis.backend.onednn;

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
import org.borealis.device.HostMemory;
import org.borealis.device.HostScratch;
import org.borealis.device.Kernel;
import org.borealis.device.Loops;
import org.borealis.device.Slot;
import org.borealis.device.Workers;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;

/** The processor. Kernels have run when their {@code run} returns. */
final class OnednnDevice implements Device {
    private static final String NAME = "onednn";

    private final Loops loops;
    private final Workers workers;
    private final Engine engine = new Engine();
    private final HostScratch scratch = new HostScratch(NAME);
    private final HostMemory memory = new HostMemory(NAME);
    private final Buffers buffers = new Buffers(NAME, memory);
    private final Set<OnednnKernel> kernels = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean open = true;

    /** @param workers closed with this device */
    OnednnDevice(Loops loops, Workers workers) {
        this.loops = loops;
        this.workers = workers;
    }

    @Override
    public String description() {
        return "oneDNN " + Engine.version() + ", " + workers.count() + " threads";
    }

    @Override
    public boolean supports(DataType type) {
        return true;
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return op instanceof Fusion fusion ? loops.accepts(fusion) : Fused.claims(op, inputs);
    }

    @Override
    public HeldBuffer allocate(long bytes) {
        return buffers.allocate(bytes);
    }

    @Override
    public OptionalLong memoryBytes() {
        return memory.availableBytes();
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        requireOpen();
        var binding = new Binding(this, op.label());
        try {
            var in = binding.operands(inputs);
            var out = binding.operands(outputs);
            switch (op) {
                case Primitive primitive -> Primitives.bind(binding, primitive, in, out.get(0));
                case Collective collective -> throw DeviceException.collective(collective);
                case Fusion fusion -> binding.loops(fusion, in, out);
                case Composite composite -> Fused.bind(binding, composite, in, out);
            }
            var kernel = binding.kernel();
            kernels.add(kernel);
            return kernel;
        } catch (RuntimeException e) {
            binding.close();
            throw e;
        }
    }

    @Override
    public Optional<MemorySegment> memory(Slot slot) {
        return Optional.of(buffers.segment(slot));
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        buffers.segment(target).copyFrom(source.asSlice(0, target.type().bytes()));
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        target.copyFrom(buffers.segment(source));
    }

    Buffers buffers() {
        return buffers;
    }

    Loops loops() {
        return loops;
    }

    Workers workers() {
        return workers;
    }

    Engine engine() {
        return engine;
    }

    HostScratch scratch() {
        return scratch;
    }

    void forget(OnednnKernel kernel) {
        kernels.remove(kernel);
    }

    private void requireOpen() {
        if (!open) {
            throw new DeviceException("device-closed", "onednn device was used after its close");
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            List.copyOf(kernels).forEach(OnednnKernel::close);
            buffers.close();
            scratch.close();
            engine.close();
            workers.close();
        }
    }
}
