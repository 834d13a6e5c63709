package org.borealis.loops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.loops.Cell.Count;
import org.borealis.loops.Cell.Fill;
import org.borealis.loops.Cell.Join;
import org.borealis.loops.Cell.Load;
import org.borealis.loops.Chained.Match;
import org.borealis.loops.Register.Reach;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Unary;

/** Turns cells into the steps of one sweep: what each needs first, then itself. */
final class Weaver {
    private static final int LONGEST_KEPT = 1 << 20;

    private final Plan plan;
    private final Grid grid;
    private final boolean isOnes;
    private final List<Sweep.Stage> stages = new ArrayList<>();
    private final Map<Cell, Register> registers = new HashMap<>();
    private final List<Map<Cell, Register>> reloaded = new ArrayList<>();
    private final List<List<Step.Store>> stores = new ArrayList<>();
    private final Map<Cell, Integer> spills = new HashMap<>();
    private final List<Joined> joined = new ArrayList<>();

    /** @param isOnes whether it is for what is the same everywhere; others take that from the plan */
    Weaver(Plan plan, Grid grid, boolean isOnes) {
        this.plan = plan;
        this.grid = grid;
        this.isOnes = isOnes;
    }

    /** All of it. What is stored may lie where something is read: it is stored last. */
    Sweep sweep() {
        for (int stage = 0; stage < stages.size(); stage++) {
            for (var store : stores.get(stage)) {
                add(stage, store.from().reach, store);
            }
        }
        var sweep = new Sweep(grid, List.copyOf(stages), List.copyOf(joined));
        Allocation.of(stages, plan.needs());
        if (!spills.isEmpty()) {
            plan.needs().spills((int) grid.columns());
        }
        return sweep;
    }

    private int stageOf(Cell cell) {
        return plan.roles().stage(cell);
    }

    private Sweep.Stage stage(int index) {
        while (stages.size() <= index) {
            stages.add(new Sweep.Stage(new ArrayList<>(), new ArrayList<>()));
            reloaded.add(new HashMap<>());
            stores.add(new ArrayList<>());
        }
        return stages.get(index);
    }

    private void add(int stage, Reach reach, Step step) {
        var to = stage(stage);
        (reach == Reach.ROW ? to.ofRow() : to.ofAll()).add(step);
    }

    /** Stores a cell over the loops of this sweep, or once for each row. */
    void store(Cell cell, Memory memory, List<Long> strides, Reach reach) {
        int stage = stageOf(cell);
        var from = widened(cell, stage, reach);
        stage(stage);
        stores.get(stage).add(new Step.Store(memory, walk(strides, reach), from));
    }

    void publish(Cell cell, Register one) {
        add(0, Reach.ALL, new Step.Publish(widened(cell, 0, Reach.ALL), one));
    }

    /** Joins all rows, or all elements; gives where the result will be. */
    Memory join(Cell cell, Join join, Reach reach) {
        int stage = stageOf(join.in());
        boolean isOfColumns = reach == Reach.ALL
                && join.mask() == plan.roles().rows
                && !grid.rowLoops().isEmpty();
        if (isOfColumns) {
            if (grid.columns() > Integer.MAX_VALUE - 8) {
                throw new Unfit("too many columns");
            }
            var from = widened(join.in(), stage, reach);
            var to = new Joined(join.fold(), cell.type(), grid.chunks(), (int) grid.columns());
            joined.add(to);
            add(stage, reach, new Joining.OfColumns(join.fold(), from, to));
            return to.memory;
        }
        var to = new Joined(join.fold(), cell.type(), grid.tasks(), 1);
        joined.add(to);
        var lanes = new Register(join.in().kind(), reach);
        var factors = reach == Reach.ALL && join.fold() == Fold.SUM && isOnTheWay(join.in(), stage)
                ? Chained.factors(join.in())
                : List.<Cell>of();
        if (factors.isEmpty()) {
            add(stage, reach, new Joining.OfAll(join.fold(), widened(join.in(), stage, reach), lanes, to));
        } else {
            var a = widened(factors.get(0), stage, reach);
            var b = widened(factors.get(1), stage, reach);
            add(stage, reach, new Joining.OfProducts(a, b, lanes, to));
        }
        return to.memory;
    }

    private Walk walk(List<Long> strides, Reach reach) {
        var loops = new ArrayList<>(grid.rowLoops());
        if (reach == Reach.ALL) {
            loops.addAll(grid.columnLoops());
        }
        return new Walk(loops, plan.graph().sizes(), strides);
    }

    private Reach reach(Cell cell) {
        if (isOnes) {
            return plan.isPublished(cell) || cell.made() instanceof Fill ? Reach.ONE : Reach.ALL;
        }
        if (cell.domain() == 0) {
            return Reach.ONE;
        }
        return !grid.rowLoops().isEmpty() && (cell.domain() & plan.roles().columns) == 0 ? Reach.ROW : Reach.ALL;
    }

    private Register widened(Cell cell, int stage, Reach reach) {
        var register = register(cell, stage);
        if (register.reach == reach) {
            return register;
        }
        var wide = new Register(register.kind, reach);
        add(stage, reach, new Step.Expand(register, wide));
        return wide;
    }

    /** Where a cell is at some stage. */
    private Register register(Cell cell, int stage) {
        var reach = reach(cell);
        if (reach == Reach.ONE) {
            return plan.one(cell);
        }
        if (reach == Reach.ROW || !grid.hasLongRows()) {
            var known = registers.get(cell);
            if (known == null) {
                known = made(cell, stageOf(cell), reach);
                registers.put(cell, known);
            }
            return known;
        }
        stage(stage);
        var known = reloaded.get(stage).get(cell);
        if (known == null) {
            known = stageOf(cell) == stage || isCheap(cell, 2) ? made(cell, stage, reach) : reloaded(cell, stage);
            reloaded.get(stage).put(cell, known);
        }
        return known;
    }

    /** Whether making it again costs no more than keeping it. */
    private boolean isCheap(Cell cell, int depth) {
        return switch (cell.made()) {
            case Load _, Count _, Fill _ -> true;
            case Join join -> plan.isWaitedFor(cell);
            case Cell.Map(var op, var in) -> {
                boolean isSlow = op instanceof Unary(var function)
                                && switch (function) {
                                    case EXP, LOG, TANH, ERF, SIN, COS -> true;
                                    default -> false;
                                }
                        || op instanceof Binary(var function2) && function2 == Function2.POWER;
                yield reach(cell) != Reach.ALL
                        || !isSlow && depth > 0 && in.stream().allMatch(operand -> isCheap(operand, depth - 1));
            }
        };
    }

    private Register reloaded(Cell cell, int stage) {
        if (grid.columns() > LONGEST_KEPT) {
            return made(cell, stage, Reach.ALL);
        }
        var spill = spills.get(cell);
        if (spill == null) {
            int first = stageOf(cell);
            var from = register(cell, first);
            spill = (int) spills.keySet().stream()
                    .filter(other -> other.kind() == cell.kind())
                    .count();
            plan.needs().spill(cell.kind(), spill + 1);
            spills.put(cell, spill);
            add(first, Reach.ALL, new Step.Spill(from, spill));
        }
        var to = new Register(cell.kind(), Reach.ALL);
        add(stage, Reach.ALL, new Step.Reload(spill, to));
        return to;
    }

    private Register made(Cell cell, int stage, Reach reach) {
        var to = new Register(cell.kind(), reach);
        switch (cell.made()) {
            case Load(int memory, var strides) ->
                add(stage, reach, new Step.Load(plan.memory(memory), walk(strides, reach), to));
            case Count(var strides) -> add(stage, reach, new Step.Count(walk(strides, reach), cell.type(), to));

            case Fill _ -> throw new IllegalStateException("a number has no array");
            case Cell.Map map -> map(cell, map, stage, reach, to);
            case Join join -> joined(cell, join, stage, reach, to);
        }
        return to;
    }

    private void map(Cell cell, Cell.Map map, int stage, Reach reach, Register to) {
        var chain = reach == Reach.ALL ? Chained.of(cell, inner -> isOnTheWay(inner, stage)) : Optional.<Match>empty();
        if (chain.isPresent()) {
            var in = chain.get().in().stream()
                    .map(operand -> register(operand, stage))
                    .toList();
            add(stage, reach, new Chained(chain.get().chain(), in, to));
            return;
        }
        var from = map.in().get(map.in().size() - 1).type();
        boolean takesNarrow = Compute.takesNarrow(map.op(), to.kind);
        var in = new ArrayList<Register>();
        for (var operand : map.in()) {
            boolean mayBeNarrow =
                    takesNarrow && map.in().stream().anyMatch(other -> other != operand && reach(other) == reach);
            in.add(mayBeNarrow ? register(operand, stage) : widened(operand, stage, reach));
        }
        add(stage, reach, Compute.of(map.op(), from, cell.type(), in, to));
    }

    /** Whether a cell is needed once only, and then at that stage, where each element of it is another. */
    private boolean isOnTheWay(Cell cell, int stage) {
        return plan.isUsedOnce(cell) && stageOf(cell) == stage && reach(cell) == Reach.ALL;
    }

    private void joined(Cell cell, Join join, int stage, Reach reach, Register to) {
        if (plan.isWaitedFor(cell)) {
            var memory = plan.joined(cell);
            add(stage, reach, new Step.Load(memory, walk(plan.joinedStrides(join), reach), to));
            return;
        }
        int before = stageOf(join.in());
        var from = widened(join.in(), before, Reach.ALL);
        var lanes = grid.hasLongRows() ? new Register(from.kind, Reach.ALL) : from;
        stage(before).ofAll().add(new Joining.OfRows(join.fold(), cell.type(), from, lanes, to));
        stage(stage);
    }
}
