package org.borealis.backend.onednn;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** SwiGLU of float32, in one pass. */
final class Gates {
    private static final float MOST = 87; // exp of more is no float; the sigmoid of less is 0 to all digits

    private Gates() {}

    /** Inputs gate, up: gate * sigmoid(gate) * up. */
    static void swiGlu(Binding binding, List<Operand> in, Operand out) {
        var panels = Panels.of(out.count(), 1);
        binding.parallel(panels.count(), panel -> {
            long start = panels.bytes(panel, 1);
            forward(
                    in.get(0).address() + start,
                    in.get(1).address() + start,
                    out.address() + start,
                    panels.height(panel));
        });
    }

    /** Inputs dy, gate, up; outputs dgate, dup. */
    static void swiGluGradient(Binding binding, List<Operand> in, List<Operand> out) {
        var panels = Panels.of(out.get(0).count(), 1);
        binding.parallel(panels.count(), panel -> {
            long start = panels.bytes(panel, 1);
            gradient(
                    in.get(0).address() + start,
                    in.get(1).address() + start,
                    in.get(2).address() + start,
                    out.get(0).address() + start,
                    out.get(1).address() + start,
                    panels.height(panel));
        });
    }

    private static FloatVector sigmoid(FloatVector x) {
        var negative = x.neg();
        var inside = negative.blend(MOST, negative.compare(VectorOperators.GT, MOST));
        return FloatVector.broadcast(Floats.SPECIES, 1).div(Floats.exp(inside).add(1));
    }

    private static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    private static void forward(long gate, long up, long out, long count) {
        long whole = (count - count % Floats.LANES) * Float.BYTES;
        long at = 0;
        for (; at < whole; at += Floats.WIDTH) {
            var x = Floats.load(gate + at);
            Floats.store(x.mul(sigmoid(x)).mul(Floats.load(up + at)), out + at);
        }
        for (; at < count * Float.BYTES; at += Float.BYTES) {
            float x = Memory.getFloat(gate + at);
            Memory.putFloat(out + at, x * sigmoid(x) * Memory.getFloat(up + at));
        }
    }

    private static void gradient(long dy, long gate, long up, long dgate, long dup, long count) {
        long whole = (count - count % Floats.LANES) * Float.BYTES;
        long at = 0;
        for (; at < whole; at += Floats.WIDTH) {
            var flow = Floats.load(dy + at);
            var x = Floats.load(gate + at);
            var y = Floats.load(up + at);
            var sigmoid = sigmoid(x);
            var silu = x.mul(sigmoid);
            var slope = sigmoid.add(silu.sub(silu.mul(sigmoid))); // s + x s (1 - s)
            Floats.store(flow.mul(y).mul(slope), dgate + at);
            Floats.store(flow.mul(silu), dup + at);
        }
        for (; at < count * Float.BYTES; at += Float.BYTES) {
            float flow = Memory.getFloat(dy + at);
            float sigmoid = sigmoid(Memory.getFloat(gate + at));
            float silu = Memory.getFloat(gate + at) * sigmoid;
            float slope = sigmoid + (silu - silu * sigmoid);
            Memory.putFloat(dgate + at, flow * Memory.getFloat(up + at) * slope);
            Memory.putFloat(dup + at, flow * silu);
        }
    }
}
