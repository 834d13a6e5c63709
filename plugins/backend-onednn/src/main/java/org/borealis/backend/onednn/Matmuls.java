package org.borealis.backend.onednn;

import java.util.List;
import org.borealis.tensor.DataType;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;

/** Products by oneDNN's matmul, which adds up in float32 and may add a bias; one primitive for each panel. */
final class Matmuls {
    private static final long THIN = 32;

    private Matmuls() {}

    /**
     * Binds left, right, and a bias [n] or none, of one type.
     *
     * @return whether oneDNN has something for this that is better than a product in float32; if not, nothing was bound
     */
    static boolean bind(Binding binding, Products.Sizes sizes, List<Operand> in, Operand out) {
        var cut = Products.Cut.of(sizes, binding.workers());
        int tasks = Math.toIntExact(sizes.batch() * cut.pieces());
        var calls = new Engine.Call[tasks];
        boolean[] isNative = {true};
        binding.prepare(tasks, index -> isNative[0] = isNative[0] && bind(binding, sizes, cut, in, out, calls, index));
        if (isNative[0]) {
            binding.withOnednn(tasks, index -> calls[index].run());
        }
        return isNative[0];
    }

    private static boolean bind(
            Binding binding,
            Products.Sizes sizes,
            Products.Cut cut,
            List<Operand> in,
            Operand out,
            Engine.Call[] calls,
            int index) {
        long batch = index / cut.pieces();
        long from = index % cut.pieces() * cut.length();
        long length = Math.min(cut.length(), cut.whole() - from);
        boolean rows = cut.isOfRows();
        long m = rows ? length : sizes.m();
        long n = rows ? sizes.n() : length;
        int bytes = out.elements().bytes();
        long left = batch * sizes.m() * sizes.k() + (rows ? sizes.left(from) : 0);
        long right = batch * sizes.k() * sizes.n() + (rows ? 0 : sizes.right(from));
        long result = batch * sizes.m() * sizes.n() + (rows ? from * sizes.n() : from);
        boolean isBiased = in.size() == 3;
        try (var a = matrix(out, m, sizes.k(), sizes.transposeLeft(), sizes.pitchLeft());
                var b = matrix(out, sizes.k(), n, sizes.transposeRight(), sizes.pitchRight());
                var c = matrix(out, m, n, false, sizes.n());
                var bias = isBiased ? matrix(out, 1, n, false, n) : new memory.desc();
                var attributes = Engine.attributes();
                var ways = new matmul.primitive_desc(binding.engine().processor(), a, b, bias, c, attributes, true)) {
            if (ways.get(true) == null || !isFast(ways, out.elements(), Math.min(m, n))) {
                return false;
            }
            calls[index] = binding.engine().new Call(binding, ways)
                    .with(dnnl.DNNL_ARG_SRC, a, in.get(0).address() + left * bytes)
                    .with(dnnl.DNNL_ARG_WEIGHTS, b, in.get(1).address() + right * bytes)
                    .with(dnnl.DNNL_ARG_DST, c, out.address() + result * bytes);
            if (isBiased) {
                calls[index].with(dnnl.DNNL_ARG_BIAS, bias, in.get(2).address() + (rows ? 0 : from) * bytes);
            }
            return true;
        }
    }

    /**
     * Whether this beats a product in float32. Without AMX, that of large bfloat16 matrices reaches half as many operations a second;
     * that of thin ones still reads half as many bytes.
     */
    private static boolean isFast(matmul.primitive_desc ways, DataType type, long thinnest) {
        try (var implementation = ways.impl_info_str()) {
            var name = implementation.getString();
            return !name.startsWith("ref") && (type != DataType.BFLOAT16 || name.contains("amx") || thinnest <= THIN);
        }
    }

    private static memory.desc matrix(Operand of, long rows, long columns, boolean transposed, long pitch) {
        long[] strides = transposed ? new long[] {1, pitch} : new long[] {pitch, 1};
        return Engine.description(of.elements(), new long[] {rows, columns}, strides);
    }
}
