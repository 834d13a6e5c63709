package org.borealis.loops;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows and columns, and how they are cut into tasks. That depends on sizes only, never on threads: so do the results.
 *
 * @param chunkRows rows of a task
 * @param stripColumns columns of a task
 */
record Grid(
        List<Integer> rowLoops, List<Integer> columnLoops, long rows, long columns, long chunkRows, long stripColumns) {
    private static final long LEAST_WORK = 1 << 14;
    private static final int MOST_TASKS = 64;
    private static final int MOST_CHUNKS = 32; // where each holds a row of partial results
    private static final long MOST_PARTIAL = 1 << 22;
    private static final long WIDEST_STRIP = 1 << 14;

    /** All elements in a row. */
    static Grid line(List<Long> sizes, long loops) {
        var along = loops(sizes, loops);
        long columns = product(sizes, along);
        long strip = Math.max(LEAST_WORK, (columns + MOST_TASKS - 1) / MOST_TASKS);
        long whole = (strip + Scratch.TILE - 1) / Scratch.TILE * Scratch.TILE;
        return new Grid(List.of(), along, 1, columns, 1, whole);
    }

    /** Rows as they are, several to a task. */
    static Grid byRow(List<Long> sizes, long over, long along, boolean joinsRows) {
        var rowLoops = loops(sizes, over);
        var columnLoops = loops(sizes, along);
        long rows = product(sizes, rowLoops);
        long columns = product(sizes, columnLoops);
        long most = joinsRows ? Math.clamp(MOST_PARTIAL / columns, 1, MOST_CHUNKS) : MOST_TASKS;
        long chunk = Math.max((LEAST_WORK + columns - 1) / columns, (rows + most - 1) / most);
        return new Grid(rowLoops, columnLoops, rows, columns, chunk, columns);
    }

    /** Columns that are joined, in strips whose partial results stay in the cache: as wide as possible, since rows lie in one piece. */
    static Grid byColumn(List<Long> sizes, long over, long along) {
        var rowLoops = loops(sizes, over);
        var columnLoops = loops(sizes, along);
        long rows = product(sizes, rowLoops);
        long columns = product(sizes, columnLoops);
        long strip = Math.min(columns, WIDEST_STRIP);
        long strips = (columns + strip - 1) / strip;
        long chunks = Math.max(1, MOST_CHUNKS / strips);
        long chunk = Math.max((LEAST_WORK + strip - 1) / strip, (rows + chunks - 1) / chunks);
        return new Grid(rowLoops, columnLoops, rows, columns, chunk, strip);
    }

    private static List<Integer> loops(List<Long> sizes, long mask) {
        return IntStream.range(0, sizes.size())
                .filter(l -> (mask >> l & 1) != 0)
                .boxed()
                .toList();
    }

    private static long product(List<Long> sizes, List<Integer> loops) {
        return loops.stream().mapToLong(sizes::get).reduce(1, (a, b) -> a * b);
    }

    int chunks() {
        return (int) ((rows + chunkRows - 1) / chunkRows);
    }

    int strips() {
        return (int) ((columns + stripColumns - 1) / stripColumns);
    }

    int tasks() {
        return chunks() * strips();
    }

    /** Rows that fit into a tile. */
    int tileRows() {
        return (int) Math.max(1, Scratch.TILE / columns);
    }

    boolean hasLongRows() {
        return columns > Scratch.TILE;
    }
}
