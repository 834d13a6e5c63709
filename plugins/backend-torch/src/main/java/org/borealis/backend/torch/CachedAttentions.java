package org.borealis.backend.torch;

import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.device.HostMemory;
import org.borealis.tensor.DataType;
import org.bytedeco.pytorch.Tensor;

/** Attention of new positions over the filled part of a cache, whose length is known only when it runs. */
final class CachedAttentions {
    private static final int MASK = 5; // index of the argument

    private CachedAttentions() {}

    static void bind(Binding binding, double scale, List<View> in, View out) {
        var query = in.get(0); // [B, T, H, D]
        long steps = query.size(1);
        long capacity = in.get(1).size(1);
        int group = Attentions.group(query, in.get(1));
        var k = binding.tensor(in.get(1).swap(1, 2)); // [B, K, S, D]
        var v = binding.tensor(in.get(2).swap(1, 2));
        var position = HostMemory.at(in.get(3).address(), Integer.BYTES);
        if (steps == 1) {
            // The heads of a group see the same keys, so they can stand where positions do: one call, no mask.
            var q = binding.tensor(query.reshape(query.size(0), query.size(2) / group, group, query.size(3)));
            var y = binding.tensor(out.reshape(query.size(0), query.size(2) / group, group, query.size(3)));
            var flash = new Flash(binding, q, k, v, y, false, scale);
            binding.step(() -> flash.run(length(position.get(Elements.INT, 0), 1, capacity)));
            return;
        }
        for (int g = 0; g < group; g++) {
            var q = Attentions.member(binding, query, group, g);
            var y = Attentions.member(binding, out, group, g);
            var fromStart = new Flash(binding, q, k, v, y, true, scale);
            var later = new Flash(binding, q, k, v, y, false, scale);
            var mask = new Mask(binding, in.get(0).type().accumulator(), steps, capacity);
            binding.step(() -> {
                int start = position.get(Elements.INT, 0);
                long length = length(start, steps, capacity);
                if (start == 0) {
                    fromStart.run(length);
                } else {
                    try (var hidden = mask.from(start, length)) {
                        later.call.replace(MASK, hidden);
                        later.run(length);
                    }
                }
            });
        }
    }

    private static long length(int start, long steps, long capacity) {
        if (start < 0 || start + steps > capacity) {
            throw new DeviceException(
                    "position-outside",
                    "CachedAttention: " + steps + " positions from " + start + " in a cache of " + capacity);
        }
        return start + steps;
    }

    /** Flash attention over the first part of keys and values. */
    private static final class Flash {
        private final Tensor k;
        private final Tensor v;
        private final Boxed call;
        private final Runnable run;

        Flash(Binding binding, Tensor q, Tensor k, Tensor v, Tensor y, boolean causal, double scale) {
            this.k = k;
            this.v = v;
            call = new Boxed(binding, "_scaled_dot_product_flash_attention_for_cpu", "")
                    .tensor(q)
                    .tensor(k)
                    .tensor(v)
                    .number(0)
                    .flag(causal)
                    .none()
                    .number(scale);
            run = call.copyingTo(y);
        }

        void run(long length) {
            try (var keys = k.narrow(2, 0, length);
                    var values = v.narrow(2, 0, length)) {
                call.replace(1, keys);
                call.replace(2, values);
                run.run();
            }
        }
    }

    /** [T, S], 0 where a position sees the cache and -infinity where it does not. */
    private static final class Mask {
        private final View view;
        private final Tensor tensor;
        private final java.lang.foreign.MemorySegment memory;

        Mask(Binding binding, DataType type, long steps, long capacity) {
            view = binding.scratch(type, steps, capacity);
            tensor = binding.tensor(view);
            memory = HostMemory.at(view.address(), view.bytes());
        }

        /** The mask of positions from {@code start} on, over this length of the cache; to be closed. */
        Tensor from(int start, long length) {
            for (long t = 0; t < view.size(0); t++) {
                for (long s = 0; s < length; s++) {
                    double hidden = s > start + t ? Double.NEGATIVE_INFINITY : 0;
                    Elements.write(memory, view.type(), t * view.size(1) + s, hidden);
                }
            }
            return tensor.narrow(1, 0, length);
        }
    }
}
