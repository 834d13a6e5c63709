package org.borealis.backend.onednn;

import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.tensor.composite.CrossEntropy;

/** Cross-entropy of float32 rows: each row's passes while it is in the cache, no second tensor of the logits' size. */
final class CrossEntropies {
    private CrossEntropies() {}

    /** Inputs logits, targets; outputs loss, log-sum-exp. */
    static void forward(Binding binding, List<Operand> in, List<Operand> out) {
        var logits = in.get(0);
        var targets = in.get(1);
        long width = logits.dim(1);
        long sums = out.get(1).address();
        var panels = Panels.of(logits.rows(), width);
        double[] losses = new double[panels.count()];
        binding.parallel(panels.count(), panel -> {
            double loss = 0;
            for (long row = panels.start(panel); row < panels.start(panel + 1); row++) {
                long at = logits.address() + row * width * Float.BYTES;
                double logSumExp = SoftmaxRows.logSumExp(at, width);
                Memory.putFloat(sums + row * Float.BYTES, (float) logSumExp);
                int target = target(targets, row, width);
                loss += target == CrossEntropy.IGNORED
                        ? 0
                        : logSumExp - Memory.getFloat(at + (long) target * Float.BYTES);
            }
            losses[panel] = loss;
        });
        binding.step(() -> {
            double loss = 0;
            for (double part : losses) {
                loss += part;
            }
            Memory.putFloat(out.get(0).address(), (float) (loss / counted(targets)));
        });
    }

    /** Inputs dloss, logits, targets, log-sum-exp; output dlogits. */
    static void gradient(Binding binding, List<Operand> in, Operand out) {
        var logits = in.get(1);
        var targets = in.get(2);
        long width = logits.dim(1);
        var panels = Panels.of(logits.rows(), width);
        binding.parallel(panels.count(), panel -> {
            float scale = Memory.getFloat(in.get(0).address()) / counted(targets);
            for (long row = panels.start(panel); row < panels.start(panel + 1); row++) {
                long to = out.address() + row * width * Float.BYTES;
                int target = target(targets, row, width);
                if (target == CrossEntropy.IGNORED) {
                    Floats.fill(to, 0, width);
                    continue;
                }
                float logSumExp = Memory.getFloat(in.get(3).address() + row * Float.BYTES);
                SoftmaxRows.softmax(logits.address() + row * width * Float.BYTES, logSumExp, scale, to, width);
                long hot = to + (long) target * Float.BYTES;
                Memory.putFloat(hot, Memory.getFloat(hot) - scale);
            }
        });
    }

    /** Rows that count, or 1 if none does. */
    private static int counted(Operand targets) {
        int counted = 0;
        for (long row = 0; row < targets.count(); row++) {
            counted += Memory.getInt(targets.address() + row * Integer.BYTES) == CrossEntropy.IGNORED ? 0 : 1;
        }
        return Math.max(1, counted);
    }

    private static int target(Operand targets, long row, long width) {
        int target = Memory.getInt(targets.address() + row * Integer.BYTES);
        if (target != CrossEntropy.IGNORED && (target < 0 || target >= width)) {
            throw new DeviceException(
                    "target-outside",
                    "CrossEntropy: target " + target + " of row " + row + " is none of " + width
                            + " classes, nor ignored (" + CrossEntropy.IGNORED + ")");
        }
        return target;
    }
}
