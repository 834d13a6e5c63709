package org.borealis.compiler;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;

/**
 * A device that claims fusions on top of another that does not: it runs their nodes one by one, and writes no output before all have
 * run, so that results are the same bits.
 */
record FusingDevice(Device plain, Predicate<Fusion> claims, List<Fusion> bound) implements Device {

    FusingDevice(Device plain, Predicate<Fusion> claims) {
        this(plain, claims, new ArrayList<>());
    }

    @Override
    public String description() {
        return "fusing " + plain.description();
    }

    @Override
    public boolean supports(DataType type) {
        return plain.supports(type);
    }

    @Override
    public boolean fuses(Composite op, List<TensorType> inputs) {
        return op instanceof Fusion fusion && claims.test(fusion);
    }

    @Override
    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
        if (!(op instanceof Fusion fusion)) {
            return plain.bind(op, inputs, outputs);
        }
        bound.add(fusion);
        var slots = new ArrayList<>(inputs);
        var kernels = new ArrayList<Kernel>();
        for (var node : fusion.body().nodes()) {
            var result = Slot.allocate(plain, node.outputs().get(0));
            kernels.add(
                    plain.bind(node.op(), node.inputs().stream().map(slots::get).toList(), List.of(result)));
            slots.add(result);
        }
        for (int i = 0; i < outputs.size(); i++) {
            var source = slots.get(fusion.body().outputs().get(i).value());
            kernels.add(plain.bind(new Reshape(source.type().shape()), List.of(source), List.of(outputs.get(i))));
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

    @Override
    public Buffer allocate(long bytes) {
        return plain.allocate(bytes);
    }

    @Override
    public void write(Slot target, MemorySegment source) {
        plain.write(target, source);
    }

    @Override
    public void read(Slot source, MemorySegment target) {
        plain.read(source, target);
    }

    @Override
    public void finish() {
        plain.finish();
    }

    @Override
    public void close() {
        plain.close();
    }
}
