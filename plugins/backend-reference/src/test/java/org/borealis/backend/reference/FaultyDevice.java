package org.borealis.backend.reference;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;

/** The reference, for one fault to be put in front of it. */
class FaultyDevice implements Device {
    final Device right;

    FaultyDevice() {
        this(new ReferenceBackend());
    }

    FaultyDevice(ReferenceBackend backend) {
        right = backend.open();
    }

    @Override
    public String description() {
        return "faulty";
    }

    @Override
    public boolean supports(DataType type) {
        return right.supports(type);
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return right.fuses(op, inputs);
    }

    @Override
    public Buffer allocate(long bytes) {
        return right.allocate(bytes);
    }

    @Override
    public OptionalLong memoryBytes() {
        return right.memoryBytes();
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        return right.bind(op, inputs, outputs);
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

    static boolean isOn(List<Slot> slots, DataType type) {
        return slots.stream().anyMatch(slot -> slot.type().type() == type);
    }

    /** The right kernel, whose first output is changed when it has run. */
    Kernel changed(Op op, List<Slot> inputs, List<Slot> outputs, UnaryOperator<HostTensor> change) {
        var kernel = right.bind(op, inputs, outputs);
        return () -> {
            kernel.run();
            change.apply(HostTensor.read(right, outputs.get(0))).write(right, outputs.get(0));
        };
    }

    /** A kernel that computes on the host. */
    Kernel onHost(List<Slot> inputs, List<Slot> outputs, UnaryOperator<List<HostTensor>> function) {
        return () -> {
            var values = inputs.stream().map(in -> HostTensor.read(right, in)).toList();
            var results = function.apply(values);
            for (int i = 0; i < results.size(); i++) {
                results.get(i).write(right, outputs.get(i));
            }
        };
    }

    /** A kernel of a composite, made of the primitives that it, or another one, stands for. */
    Kernel decomposed(Composite op, List<Slot> inputs, List<Slot> outputs) {
        return onHost(inputs, outputs, values -> {
            try (var eager = new Eager(right)) {
                var tensors =
                        values.stream().map(HostTensor::type).map(eager::tensor).toList();
                IntStream.range(0, values.size()).forEach(i -> values.get(i).write(right, eager.slot(tensors.get(i))));
                return op.decompose(tensors).stream()
                        .map(out -> HostTensor.read(right, eager.slot(out)))
                        .toList();
            }
        });
    }
}
