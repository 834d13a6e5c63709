package org.borealis.trainer.data;

/**
 * A keyed permutation of the numbers 0 to size - 1 that is computed, not stored: a balanced Feistel network over the next even power of
 * two, walked until it lands inside (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
 */
record Permutation(long size, long key) {
    private static final int ROUNDS = 6;

    Permutation {
        if (size < 1 || size > 1L << 60) {
            throw new IllegalArgumentException("a permutation needs 1 to 2^60 elements, got " + size);
        }
    }

    /** Where {@code index} goes. */
    long apply(long index) {
        int bits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(size - 1) + 1) / 2);
        long value = index;
        do {
            value = encrypt(value, bits);
        } while (value >= size);
        return value;
    }

    private long encrypt(long value, int bits) {
        long mask = (1L << bits) - 1;
        long left = value >>> bits;
        long right = value & mask;
        for (int round = 1; round <= ROUNDS; round++) {
            long next = left ^ mix(key + round * 0x9E3779B97F4A7C15L ^ mix(right)) & mask;
            left = right;
            right = next;
        }
        return left << bits | right;
    }

    /** Finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
    private static long mix(long bits) {
        long mixed = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
