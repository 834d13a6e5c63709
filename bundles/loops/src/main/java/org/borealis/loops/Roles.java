package org.borealis.loops;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.borealis.loops.Cell.Join;

/**
 * Which loops run over rows and which along them, and how often all rows have to be gone through.
 *
 * <p>Joining along a row is done row by row; joining rows, or everything, ends a level: what depends on it waits for all rows.
 */
final class Roles {
    /** Loops over rows; none if nothing is joined but everything. */
    final long rows;
    /** Loops along a row. */
    final long columns;

    private final Map<Cell, Integer> levels = new HashMap<>();
    private final Map<Cell, Integer> stages = new HashMap<>();

    Roles(Graph graph) {
        long all = (1L << graph.sizes().size()) - 1;
        var masks = new HashSet<Long>();
        var seen = new HashSet<Cell>();
        graph.results().forEach(result -> collect(result.cell(), masks, seen));
        masks.remove(all);
        long innermost = graph.sizes().isEmpty() ? 0 : 1L << (graph.sizes().size() - 1);
        long along = masks.stream()
                .filter(mask -> (mask & innermost) != 0)
                .findFirst()
                .orElse(0L);
        if (along == 0 && !masks.isEmpty()) {
            along = all & ~masks.iterator().next();
        }
        columns = along;
        rows = masks.isEmpty() ? 0 : all & ~along;
        for (long mask : masks) {
            if (mask != rows && mask != columns) {
                throw new Unfit("reductions along different dims");
            }
        }
    }

    private static void collect(Cell cell, Set<Long> masks, Set<Cell> seen) {
        if (!seen.add(cell)) {
            return;
        }
        switch (cell.made()) {
            case Join(var _, var in, long mask) -> {
                masks.add(mask);
                collect(in, masks, seen);
            }
            case Cell.Map(var _, var in) -> in.forEach(operand -> collect(operand, masks, seen));
            case Cell.Load _, Cell.Count _, Cell.Fill _ -> {}
        }
    }

    /** Whether a join gives a number for each row, and so is done row by row. */
    boolean isOfRows(Join join) {
        return rows != 0 && join.mask() == columns && (join.in().domain() & rows) != 0;
    }

    /** How many times all rows have to be gone through before a cell can be computed. */
    int level(Cell cell) {
        var known = levels.get(cell);
        if (known == null) {
            known = switch (cell.made()) {
                case Join join -> level(join.in()) + (isOfRows(join) ? 0 : 1);
                case Cell.Map(var _, var in) ->
                    in.stream().mapToInt(this::level).max().orElse(0);
                case Cell.Load _, Cell.Count _, Cell.Fill _ -> 0;
            };
            levels.put(cell, known);
        }
        return known;
    }

    /** How many times a row has to be gone through before a cell can be computed. */
    int stage(Cell cell) {
        var known = stages.get(cell);
        if (known == null) {
            known = switch (cell.made()) {
                case Join join -> isOfRows(join) ? stage(join.in()) + 1 : 0;
                case Cell.Map(var _, var in) ->
                    in.stream().mapToInt(this::stage).max().orElse(0);
                case Cell.Load _, Cell.Count _, Cell.Fill _ -> 0;
            };
            stages.put(cell, known);
        }
        return known;
    }
}
