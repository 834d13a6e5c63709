package org.borealis.backend.reference;

/**
 * Philox4x32-10, a counter-based random number generator: any element can be had without those before it.
 *
 * <p>Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011.
 */
final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L; // table 2 of the paper
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9; // golden ratio
    private static final int WEYL_1 = 0xBB67AE85; // sqrt(3) - 1
    private static final int ROUNDS = 10;

    private Philox() {}

    /** One block of four words. */
    static int[] block(int counter0, int counter1, int counter2, int counter3, int key0, int key1) {
        int a = counter0;
        int b = counter1;
        int c = counter2;
        int d = counter3;
        for (int round = 0; round < ROUNDS; round++) {
            long left = MULTIPLIER_0 * Integer.toUnsignedLong(a);
            long right = MULTIPLIER_1 * Integer.toUnsignedLong(c);
            a = high(right) ^ b ^ key0 + round * WEYL_0;
            b = low(right);
            c = high(left) ^ d ^ key1 + round * WEYL_1;
            d = low(left);
        }
        return new int[] {a, b, c, d};
    }

    /** Words as {@link org.borealis.tensor.Primitive.RandomBits} numbers them. */
    static long[] words(long key, long counter, int count) {
        var words = new long[count];
        for (int i = 0; i < count; i += 4) {
            long number = i / 4;
            var block = block(low(number), high(number), low(counter), high(counter), low(key), high(key));
            for (int j = 0; j < 4 && i + j < count; j++) {
                words[i + j] = block[j];
            }
        }
        return words;
    }

    private static int low(long word) {
        return (int) word;
    }

    private static int high(long word) {
        return (int) (word >>> 32);
    }
}
