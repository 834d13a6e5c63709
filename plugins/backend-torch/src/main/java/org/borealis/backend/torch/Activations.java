package org.borealis.backend.torch;

import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.global.torch;

/** Fused kernels of the activations, and of rotary positions. */
final class Activations {
    private Activations() {}

    private static BytePointer form(Binding binding, boolean tanh) {
        return binding.hold(new BytePointer(tanh ? "tanh" : "none"));
    }

    static void gelu(Binding binding, boolean tanh, View in, View out) {
        var x = binding.tensor(in);
        var y = binding.tensor(out);
        var form = form(binding, tanh);
        binding.step(() -> torch.gelu_out(y, x, form));
    }

    static void geluGradient(Binding binding, boolean tanh, List<View> in, View out) {
        var dy = binding.tensor(in.get(0));
        var x = binding.tensor(in.get(1));
        var dx = binding.tensor(out);
        var form = form(binding, tanh);
        binding.step(() -> torch.gelu_backward_out(dx, dy, x, form));
    }

    static void swiGlu(Binding binding, List<View> in, View out) {
        var gate = binding.tensor(in.get(0));
        var up = binding.tensor(in.get(1));
        var y = binding.tensor(out);
        binding.step(() -> {
            torch.silu_out(y, gate);
            y.mul_(up);
        });
    }

    static void swiGluGradient(Binding binding, List<View> in, List<View> out) {
        var dy = binding.tensor(in.get(0));
        var gate = binding.tensor(in.get(1));
        var up = binding.tensor(in.get(2));
        var dgate = binding.tensor(out.get(0));
        var dup = binding.tensor(out.get(1));
        binding.step(() -> {
            torch.silu_out(dup, gate);
            dup.mul_(dy);
            torch.silu_backward_out(dgate, dy, gate);
            dgate.mul_(up);
        });
    }

    static void rotary(Binding binding, List<View> in, View out) {
        var x = in.get(0); // [B, T, H, D]
        long half = x.size(3) / 2;
        var a = binding.tensor(x.slice(3, 0, half));
        var b = binding.tensor(x.slice(3, half, half));
        var cosine = binding.tensor(in.get(1).reshape(1, x.size(1), 1, half));
        var sine = binding.tensor(in.get(2).reshape(1, x.size(1), 1, half));
        var first = binding.tensor(out.slice(3, 0, half));
        var second = binding.tensor(out.slice(3, half, half));
        var minus = binding.scalar(-1.0);
        binding.step(() -> {
            torch.mul_out(first, a, cosine);
            first.addcmul_(b, sine, minus);
            torch.mul_out(second, b, cosine);
            second.addcmul_(a, sine);
        });
    }
}
