package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.TensorType;
import org.bytedeco.pytorch.global.torch;

/** The processor, driven through libtorch. Kernels have run when their {@code run} returns. */
final class TorchDevice implements Device {
    private final Scratch scratch = new Scratch();
    private final Set<TorchBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<TorchKernel> kernels = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Processor processor = Processor.detect();
    private boolean open = true;

    @Override
    public String description() {
        return "libtorch on " + processor.name() + ", " + torch.get_num_threads() + " threads";
    }

    @Override
    public boolean supports(DataType type) {
        return true;
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return Fused.claims(op, inputs);
    }

    @Override
    public TorchBuffer allocate(long bytes) {
        requireOpen();
        var buffer = new TorchBuffer(this, bytes);
        buffers.add(buffer);
        return buffer;
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
    public void write(Slot target, MemorySegment source) {
        memory(target).copyFrom(source.asSlice(0, target.type().bytes()));
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        target.copyFrom(memory(source));
    }

    private MemorySegment memory(Slot slot) {
        requireOpen();
        return Memory.at(
                TorchBuffer.of(slot.buffer()).address() + slot.offset(),
                slot.type().bytes());
    }

    Scratch scratch() {
        return scratch;
    }

    Processor processor() {
        return processor;
    }

    void forget(TorchBuffer buffer) {
        buffers.remove(buffer);
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
            List.copyOf(buffers).forEach(TorchBuffer::close);
            scratch.close();
        }
    }
}
