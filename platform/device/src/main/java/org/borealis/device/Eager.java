package org.borealis.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Op;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.Trace;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A trace that runs each operation at once, for debugging and for tests: any value can be looked at as soon as it exists.
 *
 * <p>Composites that the device does not fuse run as what they stand for. Memory is held until {@link #close}.
 */
@ProviderType
public final class Eager implements Trace, AutoCloseable {
    /** Small tensors share buffers of this size, because taking one costs more than computing a small tensor. */
    private static final long SHARED_BYTES = 256 << 10;

    private final Device device;
    private final List<Slot> slots = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private Optional<Buffer> shared = Optional.empty();
    private long used;

    /** @param device is not closed with this trace */
    public Eager(Device device) {
        this.device = device;
    }

    /** A tensor for the caller to write, through {@link #slot}. */
    public Tensor tensor(TensorType type) {
        slots.add(type.bytes() > SHARED_BYTES / 4 ? new Slot(take(type.bytes()), 0, type) : inShared(type));
        return new Tensor(this, slots.size() - 1, type);
    }

    private Slot inShared(TensorType type) {
        if (shared.isEmpty() || used + type.bytes() > SHARED_BYTES) {
            shared = Optional.of(take(SHARED_BYTES));
            used = 0;
        }
        var slot = new Slot(shared.get(), used, type);
        used += Math.ceilDiv(type.bytes(), Slot.ALIGNMENT) * Slot.ALIGNMENT;
        return slot;
    }

    private Buffer take(long bytes) {
        var buffer = device.allocate(bytes);
        buffers.add(buffer);
        return buffer;
    }

    /** Where a tensor of this trace lives. */
    public Slot slot(Tensor tensor) {
        return slots.get(tensor.id());
    }

    @Override
    public List<Tensor> apply(Op op, List<Tensor> inputs) {
        var types = inputs.stream().map(Tensor::type).toList();
        if (op instanceof Composite composite && !device.fuses(composite, types)) {
            return composite.decompose(inputs);
        }
        var outputs = op.infer(types).stream().map(this::tensor).toList();
        try (var kernel = device.bind(
                op,
                inputs.stream().map(this::slot).toList(),
                outputs.stream().map(this::slot).toList())) {
            kernel.run();
            device.finish();
        }
        return outputs;
    }

    @Override
    public void close() {
        buffers.forEach(Buffer::close);
        buffers.clear();
        slots.clear();
        shared = Optional.empty();
    }
}
