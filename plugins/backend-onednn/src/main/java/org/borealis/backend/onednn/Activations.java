package org.borealis.backend.onednn;

import java.util.List;
import org.borealis.tensor.DataType;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;

/** GELU of float32 by oneDNN, a primitive for each panel. */
final class Activations {
    private Activations() {}

    static void gelu(Binding binding, boolean tanh, Operand x, Operand y) {
        var panels = Panels.of(x.count(), 1);
        var calls = new Engine.Call[panels.count()];
        binding.prepare(panels.count(), panel -> {
            long at = panels.bytes(panel, 1);
            try (var part = part(panels, panel);
                    var ways = forward(binding, tanh, part)) {
                calls[panel] = binding.engine().new Call(binding, ways)
                        .with(dnnl.DNNL_ARG_SRC, part, x.address() + at)
                        .with(dnnl.DNNL_ARG_DST, part, y.address() + at);
            }
        });
        binding.withOnednn(panels.count(), panel -> calls[panel].run());
    }

    /** Inputs dy, x; output dx. */
    static void geluGradient(Binding binding, boolean tanh, List<Operand> in, Operand dx) {
        var panels = Panels.of(dx.count(), 1);
        var calls = new Engine.Call[panels.count()];
        binding.prepare(panels.count(), panel -> {
            long at = panels.bytes(panel, 1);
            try (var part = part(panels, panel);
                    var hint = forward(binding, tanh, part);
                    var attributes = Engine.attributes();
                    var ways = new eltwise_backward.primitive_desc(
                            binding.engine().processor(), algorithm(tanh), part, part, part, hint, attributes, false)) {
                calls[panel] = binding.engine().new Call(binding, ways)
                        .with(dnnl.DNNL_ARG_DIFF_DST, part, in.get(0).address() + at)
                        .with(dnnl.DNNL_ARG_SRC, part, in.get(1).address() + at)
                        .with(dnnl.DNNL_ARG_DIFF_SRC, part, dx.address() + at);
            }
        });
        binding.withOnednn(panels.count(), panel -> calls[panel].run());
    }

    private static eltwise_forward.primitive_desc forward(Binding binding, boolean tanh, memory.desc part) {
        try (var attributes = Engine.attributes()) {
            return new eltwise_forward.primitive_desc(
                    binding.engine().processor(),
                    dnnl.prop_kind.forward_training,
                    algorithm(tanh),
                    part,
                    part,
                    attributes,
                    false);
        }
    }

    private static dnnl.algorithm algorithm(boolean tanh) {
        return tanh ? dnnl.algorithm.eltwise_gelu_tanh : dnnl.algorithm.eltwise_gelu_erf;
    }

    private static memory.desc part(Panels panels, int panel) {
        return Engine.description(DataType.FLOAT32, new long[] {panels.height(panel)}, new long[] {1});
    }
}
