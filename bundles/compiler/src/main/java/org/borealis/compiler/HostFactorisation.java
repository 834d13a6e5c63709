package org.borealis.compiler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.commons.math3.exception.MathIllegalArgumentException;
import org.apache.commons.math3.exception.MathIllegalStateException;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.composite.Factorisation;

/** A factorisation on the host: read, computed in float64, written back. Unlike a device's kernels it takes memory in each run. */
final class HostFactorisation implements Kernel {
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Device device;
    private final Factorisation op;
    private final Slot matrix;
    private final List<Slot> factors;

    HostFactorisation(Device device, Factorisation op, Slot matrix, List<Slot> factors) {
        this.device = device;
        this.op = op;
        this.matrix = matrix;
        this.factors = List.copyOf(factors);
    }

    @Override
    public void run() {
        int rows = matrix.type().shape().dim(0);
        int columns = matrix.type().shape().dim(1);
        List<double[]> results;
        try {
            results = HostMatrices.factors(op, read(), rows, columns);
        } catch (MathIllegalStateException | MathIllegalArgumentException e) {
            throw new DeviceException("factorisation", op.label() + " of " + matrix.type() + ": " + e.getMessage(), e);
        }
        for (int i = 0; i < results.size(); i++) {
            write(factors.get(i), results.get(i));
        }
    }

    private double[] read() {
        boolean isWide = matrix.type().type() == DataType.FLOAT64;
        var values = new double[Math.toIntExact(matrix.type().shape().elements())];
        try (var arena = Arena.ofConfined()) {
            var memory = memory(arena, matrix);
            device.read(matrix, memory);
            for (int i = 0; i < values.length; i++) {
                values[i] = isWide ? memory.getAtIndex(DOUBLE, i) : memory.getAtIndex(FLOAT, i);
                if (!Double.isFinite(values[i])) {
                    throw new DeviceException(
                            "not-finite",
                            op.label() + " of " + matrix.type() + ": element " + i + " is " + values[i]
                                    + ", and only finite numbers can be factorised");
                }
            }
        }
        return values;
    }

    private void write(Slot target, double[] values) {
        boolean isWide = target.type().type() == DataType.FLOAT64;
        try (var arena = Arena.ofConfined()) {
            var memory = memory(arena, target);
            for (int i = 0; i < values.length; i++) {
                if (isWide) {
                    memory.setAtIndex(DOUBLE, i, values[i]);
                } else {
                    memory.setAtIndex(FLOAT, i, (float) values[i]);
                }
            }
            device.write(target, memory);
        }
    }

    private static MemorySegment memory(Arena arena, Slot slot) {
        return arena.allocate(slot.type().bytes(), Slot.ALIGNMENT);
    }
}
