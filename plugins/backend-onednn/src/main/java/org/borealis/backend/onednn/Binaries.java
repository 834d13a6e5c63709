package org.borealis.backend.onednn;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function2;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;

/**
 * Sums, differences, products and quotients of float32 by oneDNN: of tensors alike, or of rows with one row. What else two numbers make
 * is left to the platform's loops, maximum and minimum among it, in which oneDNN loses NaN.
 */
final class Binaries {
    private static final long LEAST = 1 << 14; // elements; below, a call costs more than it saves

    private Binaries() {}

    static void bind(Binding binding, Function2 function, List<Operand> in, Operand out) {
        var algorithm = algorithm(function);
        if (algorithm.isEmpty() || out.elements() != DataType.FLOAT32 || out.count() < LEAST || !isRun(in, out)) {
            binding.loops(new Binary(function), in, out);
        } else if (in.get(1).count() == out.count()) {
            bind(binding, algorithm.get(), in, out, Panels.of(out.count(), 1), false);
        } else {
            bind(binding, algorithm.get(), in, out, Panels.of(out.rows(), out.dim(-1)), true);
        }
    }

    private static Optional<dnnl.algorithm> algorithm(Function2 function) {
        return switch (function) {
            case ADD -> Optional.of(dnnl.algorithm.binary_add);
            case SUBTRACT -> Optional.of(dnnl.algorithm.binary_sub);
            case MULTIPLY -> Optional.of(dnnl.algorithm.binary_mul);
            case DIVIDE -> Optional.of(dnnl.algorithm.binary_div);
            case MAXIMUM, MINIMUM, POWER, EQUAL, LESS, AND, OR -> Optional.empty();
        };
    }

    /** Whether the first operand is whole and the second is too, or is one row; and the result is not written over the second. */
    private static boolean isRun(List<Operand> in, Operand out) {
        var second = in.get(1);
        boolean isRow = out.rank() > 0 && second.dim(-1) == out.dim(-1) && second.rows() == 1;
        return in.get(0).count() == out.count()
                && (second.count() == out.count() || isRow)
                && second.address() != out.address(); // oneDNN works in place in the first only
    }

    private static void bind(
            Binding binding, dnnl.algorithm algorithm, List<Operand> in, Operand out, Panels panels, boolean isRow) {
        var calls = new Engine.Call[panels.count()];
        binding.prepare(panels.count(), panel -> {
            long at = panels.bytes(panel, panels.width());
            try (var rows = matrix(panels.height(panel), panels.width());
                    var second = isRow ? matrix(1, panels.width()) : matrix(panels.height(panel), panels.width());
                    var attributes = Engine.attributes();
                    var ways = new binary.primitive_desc(
                            binding.engine().processor(), algorithm, rows, second, rows, attributes, false)) {
                calls[panel] = binding.engine().new Call(binding, ways)
                        .with(dnnl.DNNL_ARG_SRC_0, rows, in.get(0).address() + at)
                        .with(dnnl.DNNL_ARG_SRC_1, second, in.get(1).address() + (isRow ? 0 : at))
                        .with(dnnl.DNNL_ARG_DST, rows, out.address() + at);
            }
        });
        binding.withOnednn(panels.count(), panel -> calls[panel].run());
    }

    private static memory.desc matrix(long rows, long width) {
        return Engine.description(DataType.FLOAT32, new long[] {rows, width}, new long[] {width, 1});
    }
}
