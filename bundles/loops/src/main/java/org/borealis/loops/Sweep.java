package org.borealis.loops;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    private @Nullable Straight straight;
    private @Nullable FormulaLoop loop;

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

    /**
     * Once memory is known: spares copying inputs into tiles and outputs out of them, or tiles altogether, where no one would see a
     * difference.
     */
    void useMemory(HotFormulas formulas) {
        if (grid.rowLoops().isEmpty() && grid.columns() >= Scratch.TILE && ofAll.length == 1) {
            straight = Straight.of(List.of(steps), formulas).orElse(null);
        }
        var taken = new HashSet<Step.Load>();
        for (var step : steps) {
            if (step instanceof Step.Load load && load.memory().holdsFloats() && !isStoredOver(load)) {
                replace(load, new Step.Take(load));
                taken.add(load);
            }
        }
        for (var step : steps) {
            if (step instanceof Step.Store store && store.memory().holdsFloats()) {
                for (int at = 0; at < steps.length; at++) {
                    if (steps[at] instanceof Compute compute
                            && compute.to() == store.from()
                            && mayStore(at, compute, store, taken)) {
                        replace(compute, new Step.Give(compute, store));
                    }
                }
            }
        }
    }

    private void replace(Step step, Step other) {
        for (int stage = 0; stage < ofAll.length; stage++) {
            Collections.replaceAll(Arrays.asList(ofRow[stage]), step, other);
            Collections.replaceAll(Arrays.asList(ofAll[stage]), step, other);
        }
    }

    /** Whether nothing that the store writes over is still read once the step at some position has begun to write. */
    private boolean mayStore(int at, Compute compute, Step.Store store, Set<Step.Load> taken) {
        for (int i = 0; i < steps.length; i++) {
            if (steps[i] instanceof Step.Load load && load.memory().overlaps(store.memory())) {
                boolean isRead = i > at;
                for (int later = at + 1; later < steps.length; later++) {
                    isRead |= taken.contains(load) && steps[later].reads().contains(load.to());
                }
                boolean isOperand = taken.contains(load) && compute.reads().contains(load.to());
                boolean mayBeOperand = compute.isInPlace()
                        && load.walk().isLike(store.walk())
                        && load.memory().isAt(store.memory());
                if (isRead || isOperand && !mayBeOperand) {
                    return false;
                }
            }
        }
        return true;
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

    /** Before a run. */
    void begin() {
        if (straight != null) {
            loop = straight.begin();
        }
    }

    /** After a run, by so many threads for so long. */
    void end(long nanos, int threads) {
        if (straight != null && loop == null) {
            straight.formula().hasRun(elements(), nanos, threads);
        }
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
                tiles(s, ofAll[stage], straight(s, firstColumn, endColumn), endColumn);
            }
        }
        for (var step : steps) {
            step.end(s, task);
        }
    }

    private long straight(Scratch s, long first, long end) {
        return straight == null || loop == null ? first : straight.run(loop, s.tiles(), first, end);
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
