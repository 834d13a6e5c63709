package org.borealis.backend.onednn;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.borealis.tensor.composite.AdamStep;

/** Updates of Adam and AdamW on float32, in one pass: each parameter takes a root and a division, the rest is products. */
final class AdamSteps {
    private AdamSteps() {}

    /** Inputs parameter, gradient, moments, rate, number; outputs parameter, moments. */
    static void bind(Binding binding, AdamStep step, List<Operand> in, List<Operand> out) {
        var panels = Panels.of(in.get(0).count(), 1);
        binding.parallel(panels.count(), panel -> {
            double rate = Memory.getDouble(in.get(4).address());
            double number = Memory.getDouble(in.get(5).address());
            long start = panels.bytes(panel, 1);
            update(
                    step,
                    step.decoupled() ? (float) (1 - rate * step.weightDecay()) : 1,
                    step.decoupled() ? 0 : (float) step.weightDecay(),
                    (float) (1 / Math.sqrt(1 - Math.pow(step.beta2(), number))),
                    (float) (rate / (1 - Math.pow(step.beta1(), number))),
                    in.get(0).address() + start,
                    in.get(1).address() + start,
                    in.get(2).address() + start,
                    in.get(3).address() + start,
                    out.get(0).address() + start,
                    out.get(1).address() + start,
                    out.get(2).address() + start,
                    panels.height(panel));
        });
    }

    // Hot: bound by memory. The end of a panel goes through the same arithmetic, one number at a time.
    private static void update(
            AdamStep step,
            float keep,
            float decay,
            float correction,
            float rate,
            long parameter,
            long gradient,
            long first,
            long second,
            long newParameter,
            long newFirst,
            long newSecond,
            long count) {
        float beta1 = (float) step.beta1();
        float beta2 = (float) step.beta2();
        float new1 = (float) (1 - step.beta1());
        float new2 = (float) (1 - step.beta2());
        float epsilon = (float) step.epsilon();
        long whole = (count - count % Floats.LANES) * Float.BYTES;
        long at = 0;
        for (; at < whole; at += Floats.WIDTH) {
            var p = Floats.load(parameter + at);
            var g = p.fma(FloatVector.broadcast(Floats.SPECIES, decay), Floats.load(gradient + at));
            var m = Floats.load(first + at).mul(beta1).add(g.mul(new1));
            var v = Floats.load(second + at).mul(beta2).add(g.mul(g).mul(new2));
            var deviation = v.sqrt().mul(correction).add(epsilon);
            Floats.store(m, newFirst + at);
            Floats.store(v, newSecond + at);
            Floats.store(p.mul(keep).sub(m.mul(rate).div(deviation)), newParameter + at);
        }
        for (; at < count * Float.BYTES; at += Float.BYTES) {
            float p = Memory.getFloat(parameter + at);
            float g = Math.fma(p, decay, Memory.getFloat(gradient + at));
            float m = Memory.getFloat(first + at) * beta1 + g * new1;
            float v = Memory.getFloat(second + at) * beta2 + g * g * new2;
            float deviation = (float) Math.sqrt(v) * correction + epsilon;
            Memory.putFloat(newFirst + at, m);
            Memory.putFloat(newSecond + at, v);
            Memory.putFloat(newParameter + at, p * keep - m * rate / deviation);
        }
    }
}
