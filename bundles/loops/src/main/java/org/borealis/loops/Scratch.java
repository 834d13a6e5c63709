package org.borealis.loops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.Arrays;

/** What one thread computes in: tiles that stay in its cache, and where in the loops it is. Shared by all kernels of a crew. */
final class Scratch {
    /** Elements of a tile: with a dozen of float32 they fill a first-level cache of 48 KiB. */
    static final int TILE = 1024;

    /** From one tile of float32 to the next: not 4096, or reading one would wait for writing another (4K aliasing). */
    private static final long TILE_BYTES = 4 * TILE + 320;

    private MemorySegment tiles = MemorySegment.NULL;
    private long[] floats = {};
    private final MemorySegment halfTile = Arena.ofAuto().allocate(2 * TILE, 64);
    final long half = halfTile.address();
    /** Float32 on their way to what takes arrays only. */
    private final float[] heap = new float[TILE];

    private final float[] otherHeap = new float[TILE];
    double[][] doubles = new double[0][];
    int[][] ints = new int[0][];
    long[][] longs = new long[0][];
    /** Elements of 16 bits and of 8 on their way. */
    final short[] halves = new short[TILE];

    final byte[] bytes = new byte[TILE];
    final double[] doubleHalf = new double[TILE / 2];
    final double[] otherDoubleHalf = new double[TILE / 2];

    /** Vectors of one number each. */
    private final MemorySegment numbers = Arena.ofAuto().allocate(Compute.MOST_OPERANDS * Lanes.SPARE_BYTES, 64);

    private int given = -1;
    private long givenAddress;
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
                    tiles = Arena.ofAuto().allocate(count * TILE_BYTES, 64);
                    floats = new long[count];
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

    /** Its elements, if it is not of float32. */
    Object array(Register register) {
        return switch (register.kind) {
            case FLOAT -> throw new IllegalStateException("not in an array");
            case DOUBLE -> doubles(register);
            case INT -> ints(register);
            case LONG -> longs(register);
        };
    }

    /** Address of its elements. */
    long floats(Register register) {
        return floats[register.index];
    }

    /** Addresses of the tiles of float32. */
    long[] tiles() {
        return floats;
    }

    /** Address of room for its elements. */
    long tile(Register register) {
        long tile = register.index == given ? givenAddress : tiles.address() + register.index * TILE_BYTES;
        floats[register.index] = tile;
        return tile;
    }

    /** Takes a register's elements from where they are, rather than from a tile. */
    void take(Register register, long address) {
        floats[register.index] = address;
    }

    /** Gives a register other room for its float32, until that is taken back. */
    void give(Register register, long address) {
        given = register.index;
        givenAddress = address;
    }

    void takeBack() {
        given = -1;
    }

    /** Whether rows that run on to a whole vector do not run beyond the elements that a register holds. */
    boolean fillsVectors(Register.Reach reach) {
        return (reach == Register.Reach.ALL ? columns : count(reach)) % Lanes.COUNT == 0;
    }

    /** Address of a vector of nothing but that number, as an operand's. */
    long vectorOf(float number, int operand) {
        long address = numbers.address() + operand * Lanes.SPARE_BYTES;
        Lanes.put(Lanes.all(number), address, 0);
        return address;
    }

    /** A copy in an array, until the next. */
    float[] onHeap(Register register, int n) {
        return copied(register, heap, n);
    }

    /** A copy in another array. */
    float[] alsoOnHeap(Register register, int n) {
        return copied(register, otherHeap, n);
    }

    private float[] copied(Register register, float[] to, int n) {
        MemorySegment.copy(Lanes.ALL, Lanes.FLOAT, floats(register), to, 0, n);
        return to;
    }

    /** An array to put elements into. */
    float[] heap() {
        return heap;
    }

    /** What is in {@link #heap()} into a register. */
    void fromHeap(Register register, int start, int n) {
        MemorySegment.copy(heap, 0, Lanes.ALL, Lanes.FLOAT, tile(register) + 4L * start, n);
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
