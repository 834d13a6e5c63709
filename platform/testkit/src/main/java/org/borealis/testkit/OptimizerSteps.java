package org.borealis.testkit;

import java.util.ArrayList;
import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/** Updates run at once, without a compiler. */
final class OptimizerSteps {
    private OptimizerSteps() {}

    /** New value, then new state. */
    static List<HostTensor> step(
            Device device,
            Optimizer optimizer,
            Parameter parameter,
            HostTensor value,
            HostTensor gradient,
            List<HostTensor> state,
            long number) {
        try (var eager = new Eager(device)) {
            var scalar = TensorType.of(DataType.FLOAT64);
            var update = optimizer.update(
                    parameter,
                    put(eager, device, value),
                    put(eager, device, gradient),
                    state.stream().map(s -> put(eager, device, s)).toList(),
                    new Optimizer.Step(
                            put(eager, device, HostTensor.of(scalar, number)),
                            put(eager, device, HostTensor.of(scalar, optimizer.rate()))));
            var results = new ArrayList<HostTensor>();
            results.add(HostTensor.read(device, eager.slot(update.value())));
            update.state().forEach(s -> results.add(HostTensor.read(device, eager.slot(s))));
            return results;
        }
    }

    static Tensor put(Eager eager, Device device, HostTensor value) {
        var tensor = eager.tensor(value.type());
        value.write(device, eager.slot(tensor));
        return tensor;
    }
}
