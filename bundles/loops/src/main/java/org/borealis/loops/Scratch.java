package org.borealis.loops;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.stream.Stream;

/** What one thread computes in: tiles that stay in its cache, and where in the loops it is. Shared by all kernels of a crew. */
final class Scratch {
    /** Elements of a tile: with a dozen of float32 they fill a first-level cache of 48 KiB. */
    static final int TILE = 1024;

    float[][] floats = new float[0][];
    private MemorySegment[] floatBytes = {};
    double[][] doubles = new double[0][];
    int[][] ints = new int[0][];
    long[][] longs = new long[0][];
    /** Elements of 16 bits and of 8 on their way. */
    final short[] halves = new short[TILE];

    final byte[] bytes = new byte[TILE];
    final Bits bits = new Bits();
    final float[] half = new float[TILE / 2];
    final float[] otherHalf = new float[TILE / 2];
    final double[] doubleHalf = new double[TILE / 2];
    final double[] otherDoubleHalf = new double[TILE / 2];

    private final Object[][] spills = new Object[Kind.values().length][0];

    int part;
    long width;
    long row;
    int rows;
    long column;
    int columns;

    /** Makes sure that there are so many arrays. */
    void ensure(int count, Kind kind) {
        switch (kind) {
            case FLOAT -> {
                if (count > floats.length) {
                    floats = new float[count][TILE];
                    floatBytes = Stream.of(floats).map(MemorySegment::ofArray).toArray(MemorySegment[]::new);
                }
            }
            case DOUBLE -> {
                if (count > doubles.length) {
                    doubles = new double[count][TILE];
                }
            }
            case INT -> {
                if (count > ints.length) {
                    ints = new int[count][TILE];
                }
            }
            case LONG -> {
                if (count > longs.length) {
                    longs = new long[count][TILE];
                }
            }
        }
    }

    /** Makes sure that there are so many rows of that length. */
    void ensureSpills(int count, Kind kind, int length) {
        var kept = spills[kind.ordinal()];
        if (count == 0 || kept.length >= count && Array.getLength(kept[count - 1]) >= length) {
            return;
        }
        var grown = Arrays.copyOf(kept, Math.max(count, kept.length));
        for (int i = 0; i < count; i++) {
            if (grown[i] == null || Array.getLength(grown[i]) < length) {
                grown[i] = switch (kind) {
                    case FLOAT -> new float[length];
                    case DOUBLE -> new double[length];
                    case INT -> new int[length];
                    case LONG -> new long[length];
                };
            }
        }
        spills[kind.ordinal()] = grown;
    }

    /** A row that is longer than a tile, between two passes over it. */
    Object spill(Kind kind, int index) {
        return spills[kind.ordinal()][index];
    }

    Object array(Register register) {
        return switch (register.kind) {
            case FLOAT -> floats(register);
            case DOUBLE -> doubles(register);
            case INT -> ints(register);
            case LONG -> longs(register);
        };
    }

    float[] floats(Register register) {
        return floats[register.index];
    }

    /** As {@link #floats(Register)}, for {@link Bits}. */
    MemorySegment floatBytes(Register register) {
        return floatBytes[register.index];
    }

    double[] doubles(Register register) {
        return doubles[register.index];
    }

    int[] ints(Register register) {
        return ints[register.index];
    }

    long[] longs(Register register) {
        return longs[register.index];
    }

    /** Elements of this block that a register of some reach holds. */
    int count(Register.Reach reach) {
        return switch (reach) {
            case ONE -> 1;
            case ROW -> rows;
            case ALL -> rows * columns;
        };
    }

    /** Where in the loops the first of them is. */
    long start(Register.Reach reach) {
        return switch (reach) {
            case ONE -> 0;
            case ROW -> row;
            case ALL -> row * width + column;
        };
    }
}
