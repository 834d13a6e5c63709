package org.borealis.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

/** Known answers of Random123 (D. E. Shaw Research), file kat_vectors, philox4x32 10. */
final class PhiloxTest {

    @Test
    void zeroGivesTheKnownAnswer() {
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, Philox.block(0, 0, 0, 0, 0, 0));
    }

    @Test
    void allOnesGiveTheKnownAnswer() {
        assertArrayEquals(
                new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, Philox.block(-1, -1, -1, -1, -1, -1));
    }

    @Test
    void digitsOfPiGiveTheKnownAnswer() {
        assertArrayEquals(
                new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
                Philox.block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    @Test
    void wordsOfATensorAreWordsOfItsBlocks() {
        long key = 0x0123456789ABCDEFL;
        long step = 0x1_0000_0007L;
        var words = Philox.words(key, step, 7);
        var second = Philox.block(1, 0, 7, 1, 0x89ABCDEF, 0x01234567);
        assertArrayEquals(new long[] {second[0], second[1], second[2]}, new long[] {words[4], words[5], words[6]});
    }
}
