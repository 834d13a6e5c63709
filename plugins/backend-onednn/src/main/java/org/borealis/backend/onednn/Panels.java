package org.borealis.backend.onednn;

/**
 * Rows cut into panels, one task each. How many there are depends on the size alone, so that sums over panels have the same bits for
 * any number of workers.
 */
record Panels(int count, long rows, long width) {
    private static final long GRAIN = 1 << 17; // elements: two arrays of them fit a core's cache
    private static final int MOST = 64;

    static Panels of(long rows, long width) {
        return new Panels((int) Math.clamp(rows * width / GRAIN, 1, Math.min(rows, MOST)), rows, width);
    }

    long start(int panel) {
        return rows * panel / count;
    }

    long height(int panel) {
        return start(panel + 1) - start(panel);
    }

    /** Bytes before the first element of a panel, in a float32 tensor with {@code columns} for each row. */
    long bytes(int panel, long columns) {
        return start(panel) * columns * Float.BYTES;
    }
}
