package org.borealis.backend.onednn;

import java.util.List;
import org.borealis.tensor.DataType;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.layer_normalization_backward;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.memory;

/**
 * Normalisation of float32 rows by oneDNN, a primitive for each panel. oneDNN hands on variances where the platform hands on
 * reciprocal deviations; the gradient takes them for variances of rows with nothing added. RMS norm's gradient is not here: oneDNN's
 * gives a wrong dx (3.13).
 */
final class Norms {
    private static final int TRAINING = dnnl.prop_kind.forward_training.value;
    private static final int LAYER =
            dnnl.normalization_flags.use_scale.value | dnnl.normalization_flags.use_shift.value;
    private static final int ROOT = dnnl.normalization_flags.use_scale.value | dnnl.normalization_flags.rms_norm.value;

    private Norms() {}

    /** Inputs x, weight, bias; outputs y, mean, 1/deviation. */
    static void layer(Binding binding, double epsilon, List<Operand> in, List<Operand> out) {
        forward(
                binding,
                LAYER,
                (float) epsilon,
                in,
                out.get(0),
                out.get(1).address(),
                out.get(2).address());
    }

    /** Inputs x, weight; outputs y, 1/root-mean-square. */
    static void rootMeanSquare(Binding binding, double epsilon, List<Operand> in, List<Operand> out) {
        long mean = binding.scratch(out.get(1).type().bytes());
        forward(binding, ROOT, (float) epsilon, in, out.get(0), mean, out.get(1).address());
    }

    private static void forward(
            Binding binding, int flags, float epsilon, List<Operand> in, Operand y, long mean, long deviation) {
        var x = in.get(0);
        var panels = Panels.of(x.rows(), x.dim(-1));
        var calls = new Engine.Call[panels.count()];
        binding.prepare(panels.count(), panel -> {
            long at = panels.bytes(panel, panels.width());
            long sumsAt = panels.bytes(panel, 1);
            try (var rows = rows(panels, panel);
                    var row = vector(panels.width());
                    var sums = vector(panels.height(panel));
                    var ways = forward(binding, flags, epsilon, rows, sums)) {
                var call = binding.engine().new Call(binding, ways)
                        .with(dnnl.DNNL_ARG_SRC, rows, x.address() + at)
                        .with(dnnl.DNNL_ARG_DST, rows, y.address() + at)
                        .with(dnnl.DNNL_ARG_SCALE, row, in.get(1).address())
                        .with(dnnl.DNNL_ARG_VARIANCE, sums, deviation + sumsAt);
                if (flags == LAYER) {
                    call.with(dnnl.DNNL_ARG_SHIFT, row, in.get(2).address())
                            .with(dnnl.DNNL_ARG_MEAN, sums, mean + sumsAt);
                }
                calls[panel] = call;
            }
        });
        binding.withOnednn(panels.count(), panel -> {
            calls[panel].run();
            long first = deviation + panels.bytes(panel, 1);
            for (long at = first; at < first + panels.height(panel) * Float.BYTES; at += Float.BYTES) {
                Memory.putFloat(at, (float) (1 / Math.sqrt((double) Memory.getFloat(at) + epsilon)));
            }
        });
    }

    private static layer_normalization_forward.primitive_desc forward(
            Binding binding, int flags, float epsilon, memory.desc rows, memory.desc sums) {
        try (var attributes = Engine.attributes()) {
            return new layer_normalization_forward.primitive_desc(
                    binding.engine().processor(), TRAINING, rows, rows, sums, epsilon, flags, attributes, false);
        }
    }

    /** Inputs dy, x, weight, mean, 1/deviation; outputs dx, dweight, dbias. */
    static void layerGradient(Binding binding, List<Operand> in, List<Operand> out) {
        var dy = in.get(0);
        var panels = Panels.of(dy.rows(), dy.dim(-1));
        long width = panels.width() * Float.BYTES;
        long variance = binding.scratch(in.get(4).type().bytes());
        // The first panel's sums are the result, to which the others' are added.
        long sums = binding.scratch(2 * width * panels.count());
        var calls = new Engine.Call[panels.count()];
        binding.prepare(panels.count(), panel -> {
            long dweight = panel == 0 ? out.get(1).address() : sums + 2 * panel * width;
            long dbias = panel == 0 ? out.get(2).address() : sums + (2 * panel + 1) * width;
            calls[panel] = gradient(binding, panels, panel, in, out.get(0), variance, dweight, dbias);
        });
        binding.withOnednn(panels.count(), panel -> {
            long first = panels.bytes(panel, 1);
            for (long at = first; at < first + panels.height(panel) * Float.BYTES; at += Float.BYTES) {
                double reciprocal = Memory.getFloat(in.get(4).address() + at);
                Memory.putFloat(variance + at, (float) (1 / (reciprocal * reciprocal)));
            }
            calls[panel].run();
        });
        binding.step(() -> {
            for (int panel = 1; panel < panels.count(); panel++) {
                Floats.add(out.get(1).address(), sums + 2 * panel * width, panels.width());
                Floats.add(out.get(2).address(), sums + (2 * panel + 1) * width, panels.width());
            }
        });
    }

    private static Engine.Call gradient(
            Binding binding,
            Panels panels,
            int panel,
            List<Operand> in,
            Operand dx,
            long variance,
            long dweight,
            long dbias) {
        long at = panels.bytes(panel, panels.width());
        long sumsAt = panels.bytes(panel, 1);
        try (var rows = rows(panels, panel);
                var row = vector(panels.width());
                var sums = vector(panels.height(panel));
                var hint = forward(binding, LAYER, 0, rows, sums);
                var attributes = Engine.attributes();
                var ways = new layer_normalization_backward.primitive_desc(
                        binding.engine().processor(),
                        dnnl.prop_kind.backward.value,
                        rows,
                        rows,
                        rows,
                        sums,
                        0,
                        LAYER,
                        hint,
                        attributes,
                        false)) {
            return binding.engine().new Call(binding, ways)
                    .with(dnnl.DNNL_ARG_SRC, rows, in.get(1).address() + at)
                    .with(dnnl.DNNL_ARG_DIFF_DST, rows, in.get(0).address() + at)
                    .with(dnnl.DNNL_ARG_SCALE, row, in.get(2).address())
                    .with(dnnl.DNNL_ARG_SHIFT, row, in.get(2).address()) // asked for, not read
                    .with(dnnl.DNNL_ARG_MEAN, sums, in.get(3).address() + sumsAt)
                    .with(dnnl.DNNL_ARG_VARIANCE, sums, variance + sumsAt)
                    .with(dnnl.DNNL_ARG_DIFF_SRC, rows, dx.address() + at)
                    .with(dnnl.DNNL_ARG_DIFF_SCALE, row, dweight)
                    .with(dnnl.DNNL_ARG_DIFF_SHIFT, row, dbias);
        }
    }

    private static memory.desc rows(Panels panels, int panel) {
        return Engine.description(
                DataType.FLOAT32, new long[] {panels.height(panel), panels.width()}, new long[] {panels.width(), 1});
    }

    private static memory.desc vector(long size) {
        return Engine.description(DataType.FLOAT32, new long[] {size}, new long[] {1});
    }
}
