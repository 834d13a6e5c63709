package org.borealis.backend.onednn;

import java.util.List;

/**
 * Linear layers of float32 with a bias. Where the weight fits the processor's cache, oneDNN's matmul, which adds the bias while a tile
 * of the result is in registers; where it does not, or rows are few, its sgemm is faster, and each worker adds the bias to its panel.
 */
final class Linears {
    private static final long CACHED = 1 << 18; // elements of a weight: half of a core's second-level cache
    private static final long FEW = 16; // rows

    private Linears() {}

    /** Inputs x [.., K], weight [N, K], bias [N]. */
    static void bind(Binding binding, List<Operand> in, Operand out) {
        var x = in.get(0);
        var weight = in.get(1);
        var sizes = new Products.Sizes(1, x.rows(), weight.dim(0), weight.dim(1), false, true);
        if (!isForMatmul(sizes) || !Matmuls.bind(binding, sizes, in, out)) {
            long bias = in.get(2).address();
            long pitch = sizes.n() * Float.BYTES;
            Products.floats(
                    binding, sizes, x.address(), weight.address(), out.address(), (at, rows, columns, firstColumn) -> {
                        for (long row = 0; row < rows; row++) {
                            Floats.add(at + row * pitch, bias + firstColumn * Float.BYTES, columns);
                        }
                    });
        }
    }

    private static boolean isForMatmul(Products.Sizes sizes) {
        return sizes.m() >= FEW && sizes.n() * sizes.k() <= CACHED;
    }
}
