package org.borealis.loops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.borealis.loops.Cell.Fill;
import org.borealis.loops.Cell.Join;
import org.borealis.loops.Register.Reach;
import org.borealis.tensor.Program;

/** The sweeps of a body in their order. */
final class Plan {
    private final Graph graph;
    private final Roles roles;
    private final Needs needs = new Needs();
    private final List<Memory> memories = new ArrayList<>();
    private final List<Memory> outputs = new ArrayList<>();
    private final List<Sweep> sweeps = new ArrayList<>();
    private final Map<Cell, Register> ones = new LinkedHashMap<>();
    private final Set<Cell> published = new HashSet<>();
    private final Map<Cell, Memory> joined = new LinkedHashMap<>();
    private final Map<Cell, Integer> uses = new HashMap<>();
    private final Map<Cell, Boolean> joinsRows = new HashMap<>();

    private Plan(Program body) {
        graph = Lowering.of(body);
        roles = new Roles(graph);
        body.inputs().forEach(input -> memories.add(new Memory(input.type().type())));
        for (var table : graph.tables()) {
            memories.add(Tables.of(table));
        }
        graph.results().forEach(result -> outputs.add(new Memory(result.type().type())));
    }

    /**
     * Plans a body whose tensors all have elements.
     *
     * @throws Unfit if it can't be run so
     */
    static Plan of(Program body) {
        var plan = new Plan(body);
        var joins = new ArrayList<Cell>();
        var seen = new HashSet<Cell>();
        plan.graph.results().forEach(result -> plan.collect(result.cell(), joins, seen));
        int last = 0;
        for (var result : plan.graph.results()) {
            last = Math.max(last, plan.roles.level(result.cell()));
        }
        for (int level = 0; level <= last; level++) {
            plan.level(level, joins);
        }
        return plan;
    }

    private void collect(Cell cell, List<Cell> joins, Set<Cell> seen) {
        uses.merge(cell, 1, Integer::sum);
        if (!seen.add(cell)) {
            return;
        }
        if (cell.made() instanceof Join join) {
            collect(join.in(), joins, seen);
            if (isWaitedFor(cell)) {
                joins.add(cell);
            }
        } else if (cell.made() instanceof Cell.Map(var _, var in)) {
            in.forEach(operand -> collect(operand, joins, seen));
        }
    }

    /** What can be done in one go, once all levels before it are. */
    private void level(int level, List<Cell> allJoins) {
        var targets = new ArrayList<Target>();
        for (var cell : allJoins) {
            if (cell.made() instanceof Join join && roles.level(join.in()) == level) {
                targets.add(Target.of(cell, join));
            }
        }
        for (int i = 0; i < graph.results().size(); i++) {
            if (roles.level(graph.results().get(i).cell()) == level) {
                targets.add(Target.of(graph.results().get(i), outputs.get(i)));
            }
        }
        var made = new ArrayList<Sweep>();
        rows(targets, made);
        while (targets.stream().anyMatch(target -> target.domain() != 0)) {
            long domain = targets.stream()
                    .mapToLong(Target::domain)
                    .filter(loops -> loops != 0)
                    .findFirst()
                    .orElseThrow();
            line(domain, targets, made);
        }
        ones(targets);
        sweeps.addAll(made);
    }

    /** What has to be gone through row by row, and what may go along with it. */
    private void rows(List<Target> targets, List<Sweep> made) {
        var needed = targets.stream().filter(this::needsRows).toList();
        if (needed.isEmpty()) {
            return;
        }
        long all = roles.rows | roles.columns;
        boolean joinsRows = targets.stream().anyMatch(this::isOfColumns);
        var grid = needed.stream().anyMatch(target -> joinsAlongRows(target.needed()))
                ? Grid.byRow(graph.sizes(), roles.rows, roles.columns, joinsRows)
                : Grid.byColumn(graph.sizes(), roles.rows, roles.columns);
        var weaver = new Weaver(this, grid, false);
        for (var target : List.copyOf(targets)) {
            boolean isWhole = target.domain() == all;
            if (needsRows(target) || isWhole) {
                boolean isOfRow = target.join().isEmpty()
                        ? (target.domain() & roles.columns) == 0
                        : target.join().get().mask() == roles.rows
                                && (target.needed().domain() & roles.columns) == 0;
                weave(weaver, target, isOfRow ? Reach.ROW : Reach.ALL);
                targets.remove(target);
            }
        }
        made.add(weaver.sweep());
    }

    private void line(long domain, List<Target> targets, List<Sweep> made) {
        var weaver = new Weaver(this, Grid.line(graph.sizes(), domain), false);
        for (var target : List.copyOf(targets)) {
            if (target.domain() == domain) {
                weave(weaver, target, Reach.ALL);
                targets.remove(target);
            }
        }
        made.add(weaver.sweep());
    }

    private void weave(Weaver weaver, Target target, Reach reach) {
        if (target.join().isPresent()) {
            joined.put(target.cell(), weaver.join(target.cell(), target.join().get(), reach));
        } else {
            weaver.store(target.cell(), target.memory(), target.strides(), reach);
        }
    }

    /** What is the same everywhere, and is asked for. */
    private void ones(List<Target> targets) {
        var weaver = new Weaver(this, Grid.line(graph.sizes(), 0), true);
        var wanted = ones.keySet().stream()
                .filter(cell -> !published.contains(cell) && !(cell.made() instanceof Fill))
                .toList();
        if (wanted.isEmpty() && targets.isEmpty()) {
            return;
        }
        for (var cell : wanted) {
            weaver.publish(cell, one(cell));
        }
        for (var target : targets) {
            weave(weaver, target, Reach.ALL);
        }
        sweeps.add(weaver.sweep());
        published.addAll(wanted);
    }

    private boolean needsRows(Target target) {
        return isOfColumns(target) || joinsAlongRows(target.needed());
    }

    /** Whether it joins rows that differ from column to column. */
    private boolean isOfColumns(Target target) {
        return target.join().isPresent()
                && roles.rows != 0
                && target.join().get().mask() == roles.rows
                && (target.needed().domain() & roles.columns) != 0;
    }

    private boolean joinsAlongRows(Cell cell) {
        var known = joinsRows.get(cell);
        if (known == null) {
            known = switch (cell.made()) {
                case Join _ -> !isWaitedFor(cell);
                case Cell.Map(var _, var in) -> in.stream().anyMatch(this::joinsAlongRows);
                case Cell.Load _, Cell.Count _, Fill _ -> false;
            };
            joinsRows.put(cell, known);
        }
        return known;
    }

    /** Whether it joins rows, or everything, so that a sweep has to end before it is known. */
    boolean isWaitedFor(Cell cell) {
        return cell.made() instanceof Join join && !roles.isOfRows(join);
    }

    boolean isUsedOnce(Cell cell) {
        return uses.getOrDefault(cell, 0) == 1;
    }

    boolean isPublished(Cell cell) {
        return published.contains(cell);
    }

    /** The number that a cell is. */
    Register one(Cell cell) {
        var known = ones.get(cell);
        if (known == null) {
            known = new Register(cell.kind(), Reach.ONE);
            if (cell.made() instanceof Fill(double value)) {
                Tables.set(known, cell.type(), value);
            }
            ones.put(cell, known);
        }
        return known;
    }

    Memory joined(Cell cell) {
        var memory = joined.get(cell);
        if (memory == null) {
            throw new IllegalStateException("read before it is joined");
        }
        return memory;
    }

    /** Where a join's results are: columns one behind the other. */
    List<Long> joinedStrides(Join join) {
        boolean isOfColumns =
                roles.rows != 0 && join.mask() == roles.rows && (join.in().domain() & roles.columns) != 0;
        var strides = new ArrayList<Long>();
        long stride = 1;
        for (int l = graph.sizes().size() - 1; l >= 0; l--) {
            boolean isKept = isOfColumns && (roles.columns >> l & 1) != 0;
            strides.add(0, isKept ? stride : 0);
            stride *= isKept ? graph.sizes().get(l) : 1;
        }
        return strides;
    }

    Graph graph() {
        return graph;
    }

    Roles roles() {
        return roles;
    }

    Needs needs() {
        return needs;
    }

    Memory memory(int index) {
        return memories.get(index);
    }

    List<Memory> outputs() {
        return outputs;
    }

    List<Sweep> sweeps() {
        return sweeps;
    }
}
