package org.borealis.loops;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Goes once through all rows and columns, a tile at a time, with the steps of each stage. */
final class Sweep {
    /**
     * What is done in one pass over a row.
     *
     * @param ofRow on one number a row, first
     * @param ofAll on the elements, tile by tile
     */
    record Stage(List<Step> ofRow, List<Step> ofAll) {}

    final Grid grid;
    final List<Joined> joined;
    final Step[] steps;
    private final Step[][] ofRow;
    private final Step[][] ofAll;
    private final int strips;

    Sweep(Grid grid, List<Stage> stages, List<Joined> joined) {
        this.grid = grid;
        this.joined = joined;
        ofRow = stages.stream().map(stage -> stage.ofRow().toArray(Step[]::new)).toArray(Step[][]::new);
        ofAll = stages.stream().map(stage -> stage.ofAll().toArray(Step[]::new)).toArray(Step[][]::new);
        steps = stages.stream()
                .flatMap(stage -> java.util.stream.Stream.concat(stage.ofRow().stream(), stage.ofAll().stream()))
                .toArray(Step[]::new);
        strips = grid.strips();
    }

    /** Once memory is known: spares copying what nothing is stored over as long as it is read. */
    void takeInPlace() {
        for (int at = 0; at < steps.length; at++) {
            if (steps[at] instanceof Step.Load load && load.memory().holdsFloats() && !isStoredOver(load)) {
                var take = new Step.Take(load);
                for (int stage = 0; stage < ofAll.length; stage++) {
                    Collections.replaceAll(Arrays.asList(ofRow[stage]), load, take);
                    Collections.replaceAll(Arrays.asList(ofAll[stage]), load, take);
                }
            }
        }
    }

    private boolean isStoredOver(Step.Load load) {
        boolean isStored = false;
        for (var step : steps) {
            if (isStored && step.reads().contains(load.to())) {
                return true;
            }
            isStored |= step instanceof Step.Store store && store.memory().overlaps(load.memory());
        }
        return false;
    }

    long elements() {
        return grid.rows() * grid.columns();
    }

    // No allocation, streams or iterators from here on: this is the inner loop of training.

    void run(Scratch s, int task) {
        int chunk = task / strips;
        long firstColumn = task % strips * grid.stripColumns();
        long endColumn = Math.min(grid.columns(), firstColumn + grid.stripColumns());
        long firstRow = chunk * grid.chunkRows();
        long endRow = Math.min(grid.rows(), firstRow + grid.chunkRows());
        s.width = grid.columns();
        s.part = chunk;
        s.column = firstColumn;
        s.columns = (int) Math.min(Integer.MAX_VALUE, endColumn - firstColumn);
        for (var step : steps) {
            step.begin(s, task);
        }
        int rows = grid.tileRows();
        for (s.row = firstRow; s.row < endRow; s.row += rows) {
            s.rows = (int) Math.min(rows, endRow - s.row);
            for (int stage = 0; stage < ofAll.length; stage++) {
                run(s, ofRow[stage]);
                tiles(s, ofAll[stage], firstColumn, endColumn);
            }
        }
        for (var step : steps) {
            step.end(s, task);
        }
    }

    private static void tiles(Scratch s, Step[] steps, long first, long end) {
        for (s.column = first; s.column < end && steps.length > 0; s.column += Scratch.TILE) {
            s.columns = (int) Math.min(Scratch.TILE, end - s.column);
            run(s, steps);
        }
    }

    private static void run(Scratch s, Step[] steps) {
        for (var step : steps) {
            step.run(s);
        }
    }
}
