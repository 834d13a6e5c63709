package org.borealis.device;

import java.util.ArrayList;
import java.util.List;
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
    private final Device device;
    private final List<Slot> slots = new ArrayList<>();

    /** @param device is not closed with this trace */
    public Eager(Device device) {
        this.device = device;
    }

    /** A tensor for the caller to write, through {@link #slot}. */
    public Tensor tensor(TensorType type) {
        slots.add(Slot.allocate(device, type));
        return new Tensor(this, slots.size() - 1, type);
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
        slots.forEach(slot -> slot.buffer().close());
        slots.clear();
    }
}
