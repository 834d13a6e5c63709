package org.borealis.backend.onednn;

import java.util.List;
import java.util.function.IntConsumer;
import org.borealis.tensor.DataType;

/**
 * Matrix products. float32 is cut into panels of rows, one or more for each worker, that oneDNN's sgemm multiplies on one thread: on
 * two cores as fast as its own threads or faster, and no second pool of threads.
 */
final class Products {
    private static final long SMALL = 1L << 20; // multiplications; below, waking a worker costs more than it saves
    private static final long GRAIN = 16; // rows; a vector of float32

    private Products() {}

    /** Sizes of [batch, m, k] x [batch, k, n], and how each operand lies in memory. */
    record Sizes(long batch, long m, long n, long k, boolean transposeLeft, boolean transposeRight) {
        static Sizes of(List<Operand> in, Operand out, boolean transposeLeft, boolean transposeRight) {
            int k = in.get(0).dim(transposeLeft ? -2 : -1);
            long batch = out.shape().product(0, out.rank() - 2);
            return new Sizes(batch, out.dim(-2), out.dim(-1), k, transposeLeft, transposeRight);
        }

        long pitchLeft() {
            return transposeLeft ? m : k;
        }

        long pitchRight() {
            return transposeRight ? k : n;
        }

        /** Elements before row {@code i} of the left operand. */
        long left(long i) {
            return transposeLeft ? i : i * k;
        }

        /** Elements before column {@code j} of the right operand. */
        long right(long j) {
            return transposeRight ? j * k : j;
        }

        long multiplications() {
            return batch * m * n * k;
        }
    }

    static void bind(Binding binding, List<Operand> in, boolean transposeLeft, boolean transposeRight, Operand out) {
        if (out.isEmpty()) {
            return;
        }
        var sizes = Sizes.of(in, out, transposeLeft, transposeRight);
        if (sizes.k() == 0) {
            var memory = out.memory();
            binding.step(() -> memory.fill((byte) 0));
            return;
        }
        switch (out.elements()) {
            case FLOAT64 -> DoubleProducts.bind(binding, sizes, in, out);
            case BFLOAT16, FLOAT16 -> {
                if (!Matmuls.bind(binding, sizes, in, out)) {
                    widened(binding, sizes, in, out);
                }
            }
            case FLOAT32 ->
                floats(binding, sizes, in.get(0).address(), in.get(1).address(), out.address(), Panel.DONE);
            case INT64, INT32, UINT8, BOOL -> throw new IllegalArgumentException("MatMul of " + out.type());
        }
    }

    private static void widened(Binding binding, Sizes sizes, List<Operand> in, Operand out) {
        var left = binding.as(DataType.FLOAT32, in.get(0));
        var right = binding.as(DataType.FLOAT32, in.get(1));
        var wide = binding.scratch(out.type().as(DataType.FLOAT32));
        floats(binding, sizes, left.address(), right.address(), wide.address(), Panel.DONE);
        binding.convert(wide, out);
    }

    /** What a worker does with a panel of the result that it has made, as long as that is in its cache. */
    @FunctionalInterface
    interface Panel {
        Panel DONE = (at, rows, columns, firstColumn) -> {};

        void finish(long at, long rows, long columns, long firstColumn);
    }

    static void floats(Binding binding, Sizes sizes, long left, long right, long out, Panel panel) {
        var cut = Cut.of(sizes, binding.workers());
        int tasks = Math.toIntExact(sizes.batch() * cut.pieces());
        var products = new Sgemm[tasks];
        java.util.Arrays.setAll(products, i -> new Sgemm());
        long leftBytes = sizes.m() * sizes.k() * Float.BYTES;
        long rightBytes = sizes.k() * sizes.n() * Float.BYTES;
        long outBytes = sizes.m() * sizes.n() * Float.BYTES;
        IntConsumer task = index -> {
            long batch = index / cut.pieces();
            long from = index % cut.pieces() * cut.length();
            long length = Math.min(cut.length(), cut.whole() - from);
            long a = left + batch * leftBytes;
            long b = right + batch * rightBytes;
            long c = out + batch * outBytes;
            boolean rows = cut.isOfRows();
            long height = rows ? length : sizes.m();
            long width = rows ? sizes.n() : length;
            long corner = c + (rows ? from * sizes.n() : from) * Float.BYTES;
            products[index].run(
                    sizes.transposeLeft(),
                    sizes.transposeRight(),
                    height,
                    width,
                    sizes.k(),
                    1,
                    rows ? a + sizes.left(from) * Float.BYTES : a,
                    sizes.pitchLeft(),
                    rows ? b : b + sizes.right(from) * Float.BYTES,
                    sizes.pitchRight(),
                    0,
                    corner,
                    sizes.n());
            panel.finish(corner, height, width, rows ? 0 : from);
        };
        var alone = OpenMp.alone(task);
        if (sizes.multiplications() < SMALL) {
            binding.step(() -> {
                for (int i = 0; i < tasks; i++) {
                    alone.accept(i);
                }
            });
        } else {
            binding.parallel(tasks, alone);
        }
    }

    /** How one product is cut: rows of the result, or columns where there are few rows. */
    record Cut(boolean isOfRows, long whole, long length) {
        static Cut of(Sizes sizes, int workers) {
            boolean isOfRows = sizes.m() >= sizes.n() || sizes.m() >= 4 * GRAIN * workers;
            long whole = isOfRows ? sizes.m() : sizes.n();
            long each = sizes.multiplications() / sizes.batch() < SMALL ? 1 : Math.ceilDiv(workers, sizes.batch());
            long length = Math.ceilDiv(Math.ceilDiv(whole, each), GRAIN) * GRAIN;
            return new Cut(isOfRows, whole, Math.min(whole, length));
        }

        long pieces() {
            return Math.ceilDiv(whole, length);
        }
    }
}
