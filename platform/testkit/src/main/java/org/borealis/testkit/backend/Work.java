package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Concatenate;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.Factorisation.Qr;
import org.borealis.tensor.composite.Factorisation.Svd;
import org.borealis.tensor.composite.Factorisation.SymmetricEigen;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.Linear;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/** An operation of a size at which a leak shows and threads have something to share, to be run many times. */
record Work(Op op, List<HostTensor> inputs) {
    private static final int ROWS = 65;
    private static final int MANY_ROWS = 1000;
    private static final int COLUMNS = 129;

    /** One of each kind of kernel: every one that this device runs as it is. */
    static List<Work> some(BackendKit kit, DataType type) {
        var x = Samples.of(type, 1, ROWS, COLUMNS);
        var y = Samples.of(type, 2, ROWS, COLUMNS);
        var row = Samples.of(type, 3, COLUMNS);
        var heads = Samples.of(type, 4, 2, 33, 4, 8);
        var rows = Samples.indices(ROWS, 5, ROWS);
        var all = List.of(
                new Work(new Unary(Function.EXP), List.of(x)),
                new Work(new Binary(Function2.ADD), List.of(x, y)),
                new Work(new MatMul(false, true), List.of(x, y)),
                new Work(new Reduce(Fold.SUM, 0), List.of(x)),
                new Work(new Reduce(Fold.SUM, 1), List.of(x)),
                new Work(new Transpose(List.of(1, 0)), List.of(x)),
                new Work(new Concatenate(1), List.of(x, y)),
                new Work(new Constant(0.5, x.type()), List.of()),
                new Work(new Gather(), List.of(x, rows)),
                new Work(new ScatterAdd(7), List.of(Samples.indices(7, 5, ROWS), x)),
                new Work(new Linear(), List.of(x, y, Samples.of(type, 6, ROWS))),
                new Work(new Gelu(true), List.of(x)),
                new Work(new LayerNorm(1e-5), List.of(x, row, row)),
                new Work(new Attention(0.35), List.of(heads, heads, heads)),
                new Work(new SymmetricEigen(), List.of(Samples.of(type, 7, ROWS, ROWS))),
                new Work(new Qr(), List.of(x)),
                new Work(new Svd(), List.of(x)));
        return all.stream().filter(work -> work.runsOn(kit.device())).toList();
    }

    /** Sums of many rows: those that threads share, and could add up in any order. */
    static List<Work> large() {
        var x = Samples.of(DataType.FLOAT32, 1, MANY_ROWS, COLUMNS);
        return List.of(
                new Work(new ScatterAdd(3), List.of(Samples.indices(3, 5, MANY_ROWS), x)),
                new Work(new Reduce(Fold.SUM, 0), List.of(x)),
                new Work(new MatMul(true, false), List.of(x, x)));
    }

    private boolean runsOn(Device device) {
        return !(op instanceof Composite composite)
                || device.fuses(composite, inputs.stream().map(HostTensor::type).toList());
    }

    /** Memory for it. */
    Placed on(Device device) {
        var in = inputs.stream().map(value -> value.to(device)).toList();
        var out = op.infer(inputs.stream().map(HostTensor::type).toList()).stream()
                .map(type -> Slot.allocate(device, type))
                .toList();
        return new Placed(device, op, in, out);
    }

    @Override
    public String toString() {
        return op.label();
    }

    record Placed(Device device, Op op, List<Slot> inputs, List<Slot> outputs) implements AutoCloseable {
        Kernel bind() {
            return device.bind(op, inputs, outputs);
        }

        /** Runs a kernel of it, and reads what it gave. */
        List<HostTensor> run(Kernel kernel) {
            kernel.run();
            device.finish();
            return outputs.stream().map(out -> HostTensor.read(device, out)).toList();
        }

        @Override
        public void close() {
            var all = new ArrayList<>(inputs);
            all.addAll(outputs);
            all.forEach(slot -> slot.buffer().close());
        }
    }
}
