package org.borealis.backend.torch;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Flash attention and its gradient, in the accumulator type: in 16 bits libtorch approximates exp, and the log-sum-exp is off by 5e-5.
 *
 * <p>Query heads that share a key head are taken by their place in the group, one call for each place,
 * so that keys and values are read where they are instead of being repeated.
 */
final class Attentions {
    private Attentions() {}

    static void forward(Binding binding, double scale, boolean isCausal, List<View> narrowIn, List<View> narrowOut) {
        var type = narrowIn.get(0).type().accumulator();
        var out = narrowOut.stream().map(view -> binding.into(type, view)).toList();
        var in = narrowIn.stream().map(view -> binding.as(type, view)).toList();
        int group = group(in.get(0), in.get(1));
        var k = binding.tensor(in.get(1).swap(1, 2)); // [B, K, T, D]
        var v = binding.tensor(in.get(2).swap(1, 2));
        for (int g = 0; g < group; g++) {
            var q = member(binding, in.get(0), group, g);
            var y = member(binding, out.get(0), group, g);
            var logSumExp = memberSums(binding, out.get(1), group, g);
            var flash = new Boxed(binding, "_scaled_dot_product_flash_attention_for_cpu", "")
                    .tensor(q)
                    .tensor(k)
                    .tensor(v)
                    .number(0) // dropout
                    .flag(isCausal)
                    .none() // mask
                    .number(scale);
            var run = flash.copyingTo(y, logSumExp);
            binding.step(() -> Natives.withOneBlasThread(run));
        }
    }

    static void gradient(Binding binding, double scale, boolean isCausal, List<View> narrowIn, List<View> narrowOut) {
        var type = narrowIn.get(0).type().accumulator();
        var out = narrowOut.stream().map(view -> binding.into(type, view)).toList();
        var in = narrowIn.stream().map(view -> binding.as(type, view)).toList();
        var query = in.get(1);
        int group = group(query, in.get(2));
        var k = binding.tensor(in.get(2).swap(1, 2)); // [B, K, T, D]
        var v = binding.tensor(in.get(3).swap(1, 2));
        var dk = binding.tensor(out.get(1).swap(1, 2));
        var dv = binding.tensor(out.get(2).swap(1, 2));
        for (int g = 0; g < group; g++) {
            var dq = member(binding, out.get(0), group, g);
            var flash = new Boxed(binding, "_scaled_dot_product_flash_attention_for_cpu_backward", "")
                    .tensor(member(binding, in.get(0), group, g))
                    .tensor(member(binding, query, group, g))
                    .tensor(k)
                    .tensor(v)
                    .tensor(member(binding, in.get(4), group, g))
                    .tensor(memberSums(binding, in.get(5), group, g))
                    .number(0)
                    .flag(isCausal)
                    .none()
                    .number(scale);
            var run = g == 0 ? flash.copyingTo(dq, dk, dv) : flash.copyingFirstAndAdding(dq, dk, dv);
            binding.step(() -> Natives.withOneBlasThread(run));
        }
    }

    /** Query heads for each key head, of [B, T, H, D] and [B, T, K, D]. */
    static int group(View query, View key) {
        return (int) (query.size(2) / key.size(2));
    }

    /** [B, T, H, D] to the member of each group as [B, K, T, D]. */
    static Tensor member(Binding binding, View x, int group, int index) {
        var grouped = x.reshape(x.size(0), x.size(1), x.size(2) / group, group, x.size(3));
        return binding.tensor(grouped.select(3, index).swap(1, 2));
    }

    /** [B, H, T] to the member of each group as [B, K, T]. */
    private static Tensor memberSums(Binding binding, View x, int group, int index) {
        return binding.tensor(
                x.reshape(x.size(0), x.size(1) / group, group, x.size(2)).select(2, index));
    }
}
