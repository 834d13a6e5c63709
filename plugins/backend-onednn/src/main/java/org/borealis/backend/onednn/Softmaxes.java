package org.borealis.backend.onednn;

import org.borealis.tensor.DataType;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;

/**
 * Softmax of float32 rows: forward in Java on vectors, which takes as long as oneDNN's, and gives NaN for a row with NaN in it where
 * oneDNN (3.13) gives zeros; backward by oneDNN, a primitive for each panel.
 */
final class Softmaxes {
    private static final int INNERMOST = 1;

    private Softmaxes() {}

    static void forward(Binding binding, Operand x, Operand y) {
        var panels = Panels.of(x.rows(), x.dim(-1));
        long width = panels.width() * Float.BYTES;
        binding.parallel(panels.count(), panel -> {
            for (long row = panels.start(panel); row < panels.start(panel + 1); row++) {
                SoftmaxRows.softmax(x.address() + row * width, y.address() + row * width, panels.width());
            }
        });
    }

    static void gradient(Binding binding, Operand dy, Operand y, Operand dx) {
        var panels = Panels.of(dy.rows(), dy.dim(-1));
        var calls = new Engine.Call[panels.count()];
        binding.prepare(panels.count(), panel -> {
            long at = panels.bytes(panel, panels.width());
            try (var rows = rows(panels, panel);
                    var hint = forward(binding, rows);
                    var attributes = Engine.attributes();
                    var ways = new softmax_backward.primitive_desc(
                            binding.engine().processor(),
                            dnnl.algorithm.softmax_accurate,
                            rows,
                            rows,
                            rows,
                            INNERMOST,
                            hint,
                            attributes,
                            false)) {
                calls[panel] = binding.engine().new Call(binding, ways)
                        .with(dnnl.DNNL_ARG_DIFF_DST, rows, dy.address() + at)
                        .with(dnnl.DNNL_ARG_DST, rows, y.address() + at)
                        .with(dnnl.DNNL_ARG_DIFF_SRC, rows, dx.address() + at);
            }
        });
        binding.withOnednn(panels.count(), panel -> calls[panel].run());
    }

    private static softmax_forward.primitive_desc forward(Binding binding, memory.desc rows) {
        try (var attributes = Engine.attributes()) {
            return new softmax_forward.primitive_desc(
                    binding.engine().processor(),
                    dnnl.prop_kind.forward_training,
                    dnnl.algorithm.softmax_accurate,
                    rows,
                    rows,
                    INNERMOST,
                    attributes,
                    false);
        }
    }

    private static memory.desc rows(Panels panels, int panel) {
        return Engine.description(
                DataType.FLOAT32, new long[] {panels.height(panel), panels.width()}, new long[] {panels.width(), 1});
    }
}
