package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import org.borealis.device.HostMemory;
import org.borealis.tensor.Philox;

/** Random bits, in Java: libtorch's own Philox counts differently. */
final class RandomBits {
    private RandomBits() {}

    static void bind(Binding binding, long key, View stream, View out) {
        long count = out.elements();
        var words = new int[Philox.WORDS];
        if (binding.place() instanceof Host) {
            var input = HostMemory.at(stream.address(), Long.BYTES);
            var target = HostMemory.at(out.address(), Math.max(1, out.bytes()));
            binding.step(() -> fill(target, count, input.get(Elements.LONG, 0), key, words));
            return;
        }
        var input = Binding.hostMemory(Long.BYTES);
        var bits = Binding.hostMemory(out.bytes());
        binding.step(() -> {
            binding.place().read(stream.address(), input);
            fill(bits, count, input.get(Elements.LONG, 0), key, words);
            binding.place().write(out.address(), bits);
        });
    }

    // Hot: no allocation; about 5 ns a word.
    private static void fill(MemorySegment target, long count, long stream, long key, int[] words) {
        for (long first = 0; first < count; first += Philox.WORDS) {
            Philox.block(key, first / Philox.WORDS, stream, words);
            if (count - first >= Philox.WORDS) {
                // A loop here would take a third more.
                target.setAtIndex(Elements.INT, first, words[0]);
                target.setAtIndex(Elements.INT, first + 1, words[1]);
                target.setAtIndex(Elements.INT, first + 2, words[2]);
                target.setAtIndex(Elements.INT, first + 3, words[3]);
            } else {
                for (int i = 0; i < count - first; i++) {
                    target.setAtIndex(Elements.INT, first + i, words[i]);
                }
            }
        }
    }
}
