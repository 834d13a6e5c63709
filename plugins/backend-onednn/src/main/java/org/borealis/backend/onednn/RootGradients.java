package org.borealis.backend.onednn;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/** Gradient of RMS norm of float32, row by row; the sums over rows are added up panel by panel. */
final class RootGradients {
    private RootGradients() {}

    /** Inputs dy, x, weight, 1/root-mean-square; outputs dx, dweight. */
    static void bind(Binding binding, List<Operand> in, List<Operand> out) {
        var panels = Panels.of(in.get(0).rows(), in.get(0).dim(-1));
        long width = panels.width() * Float.BYTES;
        long dweight = out.get(1).address();
        long others = binding.scratch(panels.count() * width);
        binding.parallel(panels.count(), panel -> {
            // The first panel's sum is the result, to which the others' are added.
            long sum = panel == 0 ? dweight : others + panel * width;
            Floats.fill(sum, 0, panels.width());
            for (long row = panels.start(panel); row < panels.start(panel + 1); row++) {
                float reciprocal = Memory.getFloat(in.get(3).address() + row * Float.BYTES);
                row(
                        in.get(0).address() + row * width,
                        in.get(1).address() + row * width,
                        in.get(2).address(),
                        reciprocal,
                        out.get(0).address() + row * width,
                        sum,
                        panels.width());
            }
        });
        binding.step(() -> {
            for (int panel = 1; panel < panels.count(); panel++) {
                Floats.add(dweight, others + panel * width, panels.width());
            }
        });
    }

    private static void row(long dy, long x, long weight, float reciprocal, long dx, long dweight, long count) {
        float mean = reciprocal * product(dy, x, weight, count) / count;
        long whole = (count - count % Floats.LANES) * Float.BYTES;
        long at = 0;
        for (; at < whole; at += Floats.WIDTH) {
            var flow = Floats.load(dy + at);
            var normal = Floats.load(x + at).mul(reciprocal);
            var scaled = flow.mul(Floats.load(weight + at));
            Floats.store(scaled.sub(normal.mul(mean)).mul(reciprocal), dx + at);
            Floats.store(Floats.load(dweight + at).add(flow.mul(normal)), dweight + at);
        }
        for (; at < count * Float.BYTES; at += Float.BYTES) {
            float flow = Memory.getFloat(dy + at);
            float normal = Memory.getFloat(x + at) * reciprocal;
            float scaled = flow * Memory.getFloat(weight + at);
            Memory.putFloat(dx + at, (scaled - normal * mean) * reciprocal);
            Memory.putFloat(dweight + at, Memory.getFloat(dweight + at) + flow * normal);
        }
    }

    /** Sum of dy * weight * x. */
    private static float product(long dy, long x, long weight, long count) {
        var sum = FloatVector.zero(Floats.SPECIES);
        long whole = (count - count % Floats.LANES) * Float.BYTES;
        long at = 0;
        for (; at < whole; at += Floats.WIDTH) {
            sum = Floats.load(dy + at).mul(Floats.load(weight + at)).fma(Floats.load(x + at), sum);
        }
        float total = Floats.sum(sum);
        for (; at < count * Float.BYTES; at += Float.BYTES) {
            total += Memory.getFloat(dy + at) * Memory.getFloat(weight + at) * Memory.getFloat(x + at);
        }
        return total;
    }
}
