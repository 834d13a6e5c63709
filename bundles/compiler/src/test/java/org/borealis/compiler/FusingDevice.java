package org.borealis.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;
import org.borealis.testkit.ForwardingDevice;

/**
 * A device that claims fusions on top of another that does not: it runs their nodes one by one, and writes no output before all have
 * run, so that results are the same bits.
 */
final class FusingDevice extends ForwardingDevice {
    private final Predicate<Fusion> claims;
    private final List<Fusion> bound = new ArrayList<>();

    FusingDevice(Device plain, Predicate<Fusion> claims) {
        super(plain);
        this.claims = claims;
    }

    List<Fusion> bound() {
        return bound;
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return op instanceof Fusion fusion && claims.test(fusion);
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        if (!(op instanceof Fusion fusion)) {
            return super.bind(op, inputs, outputs);
        }
        bound.add(fusion);
        var slots = new ArrayList<>(inputs);
        var kernels = new ArrayList<Kernel>();
        for (var node : fusion.body().nodes()) {
            var result = Slot.allocate(real(), node.outputs().get(0));
            kernels.add(real().bind(
                            node.op(), node.inputs().stream().map(slots::get).toList(), List.of(result)));
            slots.add(result);
        }
        for (int i = 0; i < outputs.size(); i++) {
            var source = slots.get(fusion.body().outputs().get(i).value());
            kernels.add(real().bind(new Reshape(source.type().shape()), List.of(source), List.of(outputs.get(i))));
        }
        var own = slots.subList(inputs.size(), slots.size());
        return new Kernel() {
            @Override
            public void run() {
                kernels.forEach(Kernel::run);
            }

            @Override
            public void close() {
                kernels.forEach(Kernel::close);
                own.forEach(slot -> slot.buffer().close());
            }
        };
    }
}
