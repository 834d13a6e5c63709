package org.borealis.trainer.fakes;

import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.tensor.DataType;
import org.borealis.testkit.ForwardingDevice;

/** A backend that knows float32 and no other float type. */
public record SingleBackend(Backend real) implements Backend {
    @Override
    public Device open() {
        return new ForwardingDevice(real.open()) {
            @Override
            public String description() {
                return "single precision";
            }

            @Override
            public boolean supports(DataType type) {
                return !type.isFloat() || type == DataType.FLOAT32;
            }
        };
    }
}
