package org.borealis.backend.reference;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.testkit.ForwardingDevice;
import org.borealis.testkit.HostTensor;

/** The reference, for one fault to be put in front of it. */
class FaultyDevice extends ForwardingDevice {
    final Device right = real();

    FaultyDevice() {
        this(new ReferenceBackend());
    }

    FaultyDevice(ReferenceBackend backend) {
        super(backend.open());
    }

    @Override
    public String description() {
        return "faulty";
    }

    static boolean isOn(List<Slot> slots, DataType type) {
        return slots.stream().anyMatch(slot -> slot.type().type() == type);
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
