package org.borealis.backend.onednn;

import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;

/** Products of float64 matrices, which oneDNN does not multiply: in Java, for gradients to be checked with rather than for speed. */
final class DoubleProducts {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int BLOCK = 4 * LANES; // columns at a time, their sums in registers

    private DoubleProducts() {}

    static void bind(Binding binding, Products.Sizes sizes, List<Operand> in, Operand out) {
        long left = in.get(0).address();
        long right = sizes.transposeRight()
                ? transposed(binding, sizes, in.get(1))
                : in.get(1).address();
        int rows = Math.toIntExact(sizes.batch() * sizes.m());
        int tasks = Math.min(rows, 4 * binding.workers());
        binding.parallel(tasks, task -> {
            for (int row = (int) ((long) rows * task / tasks); row < (int) ((long) rows * (task + 1) / tasks); row++) {
                row(sizes, left, right, out.address(), row);
            }
        });
    }

    /** [batch, n, k] to [batch, k, n], at the start of each run. */
    private static long transposed(Binding binding, Products.Sizes sizes, Operand right) {
        var shape = Shape.of((int) sizes.batch(), (int) sizes.n(), (int) sizes.k());
        var turned = binding.scratch(right.type());
        var from = new Operand(right.address(), new TensorType(DataType.FLOAT64, shape));
        Copies.transpose(binding, List.of(0, 2, 1), from, turned.address());
        return turned.address();
    }

    /** One row of the result; {@code right} is [batch, k, n]. */
    private static void row(Products.Sizes sizes, long left, long right, long out, long row) {
        long batch = row / sizes.m();
        long i = row % sizes.m();
        long step = (sizes.transposeLeft() ? sizes.m() : 1) * Double.BYTES;
        long a = left + (batch * sizes.m() * sizes.k() + sizes.left(i)) * Double.BYTES;
        long b = right + batch * sizes.k() * sizes.n() * Double.BYTES;
        long c = out + row * sizes.n() * Double.BYTES;
        long pitch = sizes.n() * Double.BYTES;
        long j = 0;
        for (; j + BLOCK <= sizes.n(); j += BLOCK) {
            block(a, step, b + j * Double.BYTES, pitch, sizes.k(), c + j * Double.BYTES);
        }
        for (; j < sizes.n(); j++) {
            double sum = 0;
            for (long k = 0; k < sizes.k(); k++) {
                sum = Math.fma(Memory.getDouble(a + k * step), Memory.getDouble(b + k * pitch + j * Double.BYTES), sum);
            }
            Memory.putDouble(c + j * Double.BYTES, sum);
        }
    }

    private static void block(long a, long step, long b, long pitch, long depth, long c) {
        var sum0 = DoubleVector.zero(SPECIES);
        var sum1 = sum0;
        var sum2 = sum0;
        var sum3 = sum0;
        long width = (long) LANES * Double.BYTES;
        for (long k = 0; k < depth; k++) {
            var factor = DoubleVector.broadcast(SPECIES, Memory.getDouble(a + k * step));
            long at = b + k * pitch;
            sum0 = load(at).fma(factor, sum0);
            sum1 = load(at + width).fma(factor, sum1);
            sum2 = load(at + 2 * width).fma(factor, sum2);
            sum3 = load(at + 3 * width).fma(factor, sum3);
        }
        sum0.intoMemorySegment(Memory.ALL, c, ByteOrder.LITTLE_ENDIAN);
        sum1.intoMemorySegment(Memory.ALL, c + width, ByteOrder.LITTLE_ENDIAN);
        sum2.intoMemorySegment(Memory.ALL, c + 2 * width, ByteOrder.LITTLE_ENDIAN);
        sum3.intoMemorySegment(Memory.ALL, c + 3 * width, ByteOrder.LITTLE_ENDIAN);
    }

    private static DoubleVector load(long address) {
        return DoubleVector.fromMemorySegment(SPECIES, Memory.ALL, address, ByteOrder.LITTLE_ENDIAN);
    }
}
