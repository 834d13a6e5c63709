package org.borealis.trainer.fakes;

import java.util.List;
import java.util.function.Predicate;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.testkit.ForwardingDevice;
import org.borealis.testkit.HostTensor;

/** The reference, but for operations whose first result, if it is of type float32, comes out multiplied. */
public record FaultyBackend(Predicate<Op> isFaulty, float factor) implements Backend {

    @Override
    public Device open() {
        return new ForwardingDevice(new ReferenceBackend().open()) {
            @Override
            public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                return isFaulty.test(op) && outputs.get(0).type().type() == DataType.FLOAT32
                        ? changed(
                                op,
                                inputs,
                                outputs,
                                result -> HostTensor.fill(result.type(), i -> result.get(i) * factor))
                        : super.bind(op, inputs, outputs);
            }
        };
    }
}
