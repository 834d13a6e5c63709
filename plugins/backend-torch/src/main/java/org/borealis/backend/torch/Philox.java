package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;

/** Random bits by Philox4x32-10 (Salmon et al. 2011), in Java: libtorch's own generator counts differently. */
final class Philox {
    private static final int MULTIPLIER_0 = 0xD2511F53; // Salmon et al. 2011, table 2
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private Philox() {}

    static void bind(Binding binding, long key, View stream, View out) {
        long count = out.elements();
        var input = Memory.at(stream.address(), Long.BYTES);
        var target = Memory.at(out.address(), Math.max(1, out.bytes()));
        binding.step(() -> fill(target, count, input.get(Elements.LONG, 0), key));
    }

    // Hot: no allocation; about 5 ns a word.
    private static void fill(MemorySegment target, long count, long stream, long key) {
        for (long block = 0; block * 4 < count; block++) {
            int c0 = (int) block;
            int c1 = (int) (block >>> 32);
            int c2 = (int) stream;
            int c3 = (int) (stream >>> 32);
            int k0 = (int) key;
            int k1 = (int) (key >>> 32);
            for (int round = 0; round < ROUNDS; round++) {
                long product0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
                long product1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
                c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
                c1 = (int) product1;
                c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
                c3 = (int) product0;
                k0 += WEYL_0;
                k1 += WEYL_1;
            }
            write(target, block * 4, count, c0, c1, c2, c3);
        }
    }

    private static void write(MemorySegment target, long first, long count, int c0, int c1, int c2, int c3) {
        target.setAtIndex(Elements.INT, first, c0);
        if (first + 1 < count) {
            target.setAtIndex(Elements.INT, first + 1, c1);
        }
        if (first + 2 < count) {
            target.setAtIndex(Elements.INT, first + 2, c2);
        }
        if (first + 3 < count) {
            target.setAtIndex(Elements.INT, first + 3, c3);
        }
    }
}
