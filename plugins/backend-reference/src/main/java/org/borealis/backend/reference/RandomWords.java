package org.borealis.backend.reference;

import org.borealis.tensor.Philox;

/** Random words of a tensor. */
final class RandomWords {
    private RandomWords() {}

    /** Words as {@link org.borealis.tensor.Primitive.RandomBits} numbers them. */
    static long[] of(long key, long counter, int count) {
        var words = new long[count];
        var block = new int[Philox.WORDS];
        for (int i = 0; i < count; i += Philox.WORDS) {
            Philox.block(key, i / Philox.WORDS, counter, block);
            for (int j = 0; j < Philox.WORDS && i + j < count; j++) {
                words[i + j] = block[j];
            }
        }
        return words;
    }
}
