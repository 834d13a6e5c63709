package org.borealis.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.borealis.tensor.Philox;
import org.junit.jupiter.api.Test;

final class RandomWordsTest {

    @Test
    void wordsOfATensorAreWordsOfItsBlocks() {
        long key = 0x0123456789ABCDEFL;
        long step = 0x1_0000_0007L;
        var words = RandomWords.of(key, step, 7);
        var second = new int[Philox.WORDS];
        Philox.block(key, 1, step, second);
        assertArrayEquals(new long[] {second[0], second[1], second[2]}, new long[] {words[4], words[5], words[6]});
    }
}
