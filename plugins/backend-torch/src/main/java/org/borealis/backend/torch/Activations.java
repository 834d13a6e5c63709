package org.borealis.backend.torch;

import java.util.List;

/** Fused kernels of the activations, and of rotary positions. */
final class Activations {
    private Activations() {}

    private static String form(boolean tanh) {
        return tanh ? "tanh" : "none";
    }

    static void gelu(Binding binding, boolean tanh, View in, View out) {
        binding.call("gelu", "out").tensor(binding.tensor(in)).text(form(tanh)).tensor(binding.tensor(out));
    }

    static void geluGradient(Binding binding, boolean tanh, List<View> in, View out) {
        binding.call("gelu_backward", "grad_input")
                .tensor(binding.tensor(in.get(0)))
                .tensor(binding.tensor(in.get(1)))
                .text(form(tanh))
                .tensor(binding.tensor(out));
    }

    static void swiGlu(Binding binding, List<View> in, View out) {
        var gate = binding.tensor(in.get(0));
        var up = binding.tensor(in.get(1));
        var y = binding.tensor(out);
        binding.call("silu", "out").tensor(gate).tensor(y);
        binding.step(() -> y.mul_(up));
    }

    static void swiGluGradient(Binding binding, List<View> in, List<View> out) {
        var dy = binding.tensor(in.get(0));
        var gate = binding.tensor(in.get(1));
        var up = binding.tensor(in.get(2));
        var dgate = binding.tensor(out.get(0));
        var dup = binding.tensor(out.get(1));
        binding.call("silu", "out").tensor(gate).tensor(dup);
        binding.step(() -> dup.mul_(dy));
        binding.call("silu_backward", "grad_input").tensor(dy).tensor(gate).tensor(dgate);
        binding.step(() -> dgate.mul_(up));
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
        binding.call("mul", "out").tensor(a).tensor(cosine).tensor(first);
        binding.step(() -> first.addcmul_(b, sine, minus));
        binding.call("mul", "out").tensor(b).tensor(cosine).tensor(second);
        binding.step(() -> second.addcmul_(a, sine));
    }
}
