package org.borealis.conformance;

import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.testkit.ForwardingDevice;

/** Takes NEGATE for SIGN. */
final class WrongDevice extends ForwardingDevice {
    WrongDevice(Device right) {
        super(right);
    }

    @Override
    public String description() {
        return "wrong";
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        return super.bind(op.equals(new Unary(Function.NEGATE)) ? new Unary(Function.SIGN) : op, inputs, outputs);
    }
}
