package org.borealis.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.TensorType;

/** Runs cases on a device. */
record CaseRunner(Device device) {

    /** Runs as it is, into memory full of ones; a backend that leaves a byte unwritten is seen. */
    List<HostTensor> run(OpCase test) {
        var inputs = test.inputs().stream().map(in -> in.to(device)).toList();
        var outputs = test.op().infer(test.types()).stream().map(this::filled).toList();
        return run(test, inputs, outputs);
    }

    /** Runs with outputs in the places of inputs, wherever the operation allows it; empty if it nowhere does. */
    Optional<List<HostTensor>> runInPlace(OpCase test) {
        var inputs = test.inputs().stream().map(in -> in.to(device)).toList();
        var types = test.op().infer(test.types());
        var outputs = new ArrayList<Slot>();
        var free = new ArrayList<>(inputs);
        boolean isAnyInPlace = false;
        for (int output = 0; output < types.size(); output++) {
            var place = place(test, output, types.get(output), inputs, free);
            isAnyInPlace |= place.isPresent();
            place.ifPresent(free::remove);
            var type = types.get(output);
            outputs.add(place.map(slot -> new Slot(slot.buffer(), slot.offset(), type))
                    .orElseGet(() -> filled(type)));
        }
        if (!isAnyInPlace) {
            inputs.forEach(slot -> slot.buffer().close());
            outputs.forEach(slot -> slot.buffer().close());
            return Optional.empty();
        }
        return Optional.of(run(test, inputs, outputs));
    }

    private static Optional<Slot> place(OpCase test, int output, TensorType type, List<Slot> inputs, List<Slot> free) {
        for (int input = 0; input < inputs.size(); input++) {
            var slot = inputs.get(input);
            boolean fits = slot.type().type() == type.type() && slot.type().bytes() == type.bytes();
            if (fits && free.contains(slot) && test.op().inPlace(input, output)) {
                return Optional.of(slot);
            }
        }
        return Optional.empty();
    }

    private List<HostTensor> run(OpCase test, List<Slot> inputs, List<Slot> outputs) {
        try (var kernel = device.bind(test.op(), inputs, outputs)) {
            kernel.run();
            device.finish();
            return outputs.stream().map(slot -> HostTensor.read(device, slot)).toList();
        } finally {
            inputs.forEach(slot -> slot.buffer().close());
            outputs.forEach(slot -> slot.buffer().close());
        }
    }

    private Slot filled(TensorType type) {
        var ones = new HostTensor(type);
        ones.elements().fill((byte) 0xFF);
        return ones.to(device);
    }

    /**
     * What a case means: run with every float input widened to float64, composites decomposed. Operations that make a type themselves
     * run as they are.
     */
    List<HostTensor> inFloat64(OpCase test) {
        boolean isWidened =
                !(test.op() instanceof Constant || test.op() instanceof Iota || test.op() instanceof Convert);
        try (var eager = new Eager(device)) {
            var inputs = test.inputs().stream()
                    .map(in -> isWidened && in.type().type().isFloat() ? in.as(DataType.FLOAT64) : in)
                    .map(in -> {
                        var tensor = eager.tensor(in.type());
                        in.write(device, eager.slot(tensor));
                        return tensor;
                    })
                    .toList();
            var outputs = test.op() instanceof Composite composite
                    ? composite.decompose(inputs)
                    : eager.apply(test.op(), inputs);
            return outputs.stream()
                    .map(out -> HostTensor.read(device, eager.slot(out)))
                    .toList();
        }
    }

    /** What a case is judged by: sums of absolute values for {@link Bound.Sum}, the greatest absolute value otherwise. */
    List<double[]> scales(OpCase test, List<HostTensor> wanted) {
        if (test.bound() instanceof Bound.Sum) {
            var absolute = new OpCase(
                    test.op(), test.inputs().stream().map(CaseRunner::absolute).toList(), test.bound());
            return inFloat64(absolute).stream().map(HostTensor::values).toList();
        }
        return wanted.stream()
                .map(want -> {
                    double greatest =
                            Arrays.stream(want.values()).map(Math::abs).max().orElse(0);
                    var scale = new double[want.count()];
                    Arrays.fill(scale, greatest);
                    return scale;
                })
                .toList();
    }

    private static HostTensor absolute(HostTensor in) {
        return in.type().type().isFloat() ? HostTensor.fill(in.type(), i -> Math.abs(in.get(i))) : in;
    }
}
