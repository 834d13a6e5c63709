package org.borealis.tensor;

/**
 * Philox4x32-10: 128 random bits as a pure function of a key and a counter, so that any number can be had without those before it.
 *
 * <p>Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011.
 */
public final class Philox {
    /** Words of a block. */
    public static final int WORDS = 4;

    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L; // table 2 of the paper
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9; // golden ratio
    private static final int WEYL_1 = 0xBB67AE85; // sqrt(3) - 1
    private static final long LOW = 0xFFFFFFFFL;

    private Philox() {}

    /**
     * Writes a block. Of each long, the low half is the earlier of the two words that it stands for in the paper.
     *
     * @param words gets {@link #WORDS} words; the caller's, because blocks are drawn by the million
     */
    public static void block(long key, long counterLow, long counterHigh, int[] words) {
        int c0 = (int) counterLow;
        int c1 = (int) (counterLow >>> 32);
        int c2 = (int) counterHigh;
        int c3 = (int) (counterHigh >>> 32);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & LOW);
            long product1 = MULTIPLIER_1 * (c2 & LOW);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[0] = c0;
        words[1] = c1;
        words[2] = c2;
        words[3] = c3;
    }

    /** A number of 53 random bits in [0, 1) from two words of a block. */
    public static double uniform(int low, int high) {
        return (((long) high << 32 | low & LOW) >>> 11) * 0x1.0p-53;
    }
}
