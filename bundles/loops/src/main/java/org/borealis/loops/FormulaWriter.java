package org.borealis.loops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.loops.Formula.Line;
import org.borealis.loops.Register.Reach;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function2;

/** Writes the steps of a sweep as one formula, if all of them are arithmetic on float32 that lie in one piece each. */
final class FormulaWriter {
    private final List<Line> lines = new ArrayList<>();
    private final Map<Register, Integer> known = new HashMap<>();
    private final List<Memory> memories = new ArrayList<>();
    private final List<Register> numbers = new ArrayList<>();

    /** @throws Unfit if a step is of another kind */
    FormulaWriter(List<Step> steps) {
        for (var step : steps) {
            write(step);
            if (lines.size() > Formula.MOST_LINES) {
                throw new Unfit("too long");
            }
        }
    }

    Formula formula() {
        return new Formula(List.copyOf(lines));
    }

    List<Memory> memories() {
        return memories;
    }

    /** Registers whose numbers it is given. */
    List<Register> numbers() {
        return numbers;
    }

    private void write(Step step) {
        switch (step) {
            case Step.Load load -> define(load.to(), new Formula.Read(memory(load.memory(), load.walk())));
            case Step.Store store -> add(new Formula.Write(memory(store.memory(), store.walk()), line(store.from())));
            case Step.Expand expand -> known.put(expand.to(), line(expand.from()));
            case Compute.One one -> define(one.to(), one(one));
            case Compute.Two two -> define(two.to(), two(two.type(), two.function(), line(two.a()), line(two.b())));
            case Compute.Narrow narrow ->
                define(narrow.to(), two(narrow.type(), narrow.function(), line(narrow.a()), line(narrow.b())));
            case Compute.Compare compare
            when compare.a().kind == Kind.FLOAT ->
                define(compare.to(), new Formula.Two(compare.function(), line(compare.a()), line(compare.b())));
            case Compute.Choose choose
            when choose.to().kind == Kind.FLOAT ->
                define(choose.to(), new Formula.Choose(line(choose.mask()), line(choose.a()), line(choose.b())));
            case Compute.Change change
            when change.from() == DataType.BOOL && change.type() == DataType.FLOAT32 ->
                define(change.to(), new Formula.AsNumbers(line(change.a())));
            case Chained chained -> define(chained.to(), chained(chained));
            case Joining.OfAll join
            when join.from().kind == Kind.FLOAT ->
                add(new Formula.Join(join.fold(), join.lanes().index, line(join.from())));
            case Joining.OfProducts join ->
                add(new Formula.Join(
                        Fold.SUM, join.lanes().index, two(Function2.MULTIPLY, line(join.a()), line(join.b()))));
            default -> throw new Unfit(step.getClass().getSimpleName());
        }
    }

    private Line one(Compute.One one) {
        boolean isFit = switch (one.function()) {
            case NEGATE, ABS, SIGN, SQRT, RECIPROCAL -> one.type() == DataType.FLOAT32;
            case NOT -> one.type() == DataType.BOOL;
            case EXP, LOG, RSQRT, TANH, ERF, SIN, COS, FLOOR -> false;
        };
        if (!isFit) {
            throw new Unfit(one.function().toString());
        }
        return new Formula.One(one.function(), line(one.a()));
    }

    private static Line two(DataType type, Function2 function, int a, int b) {
        boolean isFit = switch (function) {
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM -> type == DataType.FLOAT32;
            case AND, OR -> type == DataType.BOOL;
            case POWER, EQUAL, LESS -> false;
        };
        if (!isFit) {
            throw new Unfit(function.toString());
        }
        return new Formula.Two(function, a, b);
    }

    private Line chained(Chained chained) {
        var in = chained.in().stream().mapToInt(this::line).toArray();
        int a = in[0];
        int b = in[1];
        int c = in[2];
        return switch (chained.chain()) {
            case MULTIPLY_MULTIPLY -> new Formula.Two(Function2.MULTIPLY, two(Function2.MULTIPLY, a, b), c);
            case MULTIPLY_ADD -> new Formula.Two(Function2.ADD, two(Function2.MULTIPLY, a, b), c);
            case MULTIPLY_SUBTRACT -> new Formula.Two(Function2.SUBTRACT, two(Function2.MULTIPLY, a, b), c);
            case MULTIPLY_SUBTRACT_FROM -> new Formula.Two(Function2.SUBTRACT, c, two(Function2.MULTIPLY, a, b));
            case ADD_MULTIPLY -> new Formula.Two(Function2.MULTIPLY, two(Function2.ADD, a, b), c);
            case ADD_ADD -> new Formula.Two(Function2.ADD, two(Function2.ADD, a, b), c);
            case SUBTRACT_MULTIPLY -> new Formula.Two(Function2.MULTIPLY, two(Function2.SUBTRACT, a, b), c);
            case DIVIDE_MULTIPLY -> new Formula.Two(Function2.MULTIPLY, two(Function2.DIVIDE, a, b), c);
            case DIVIDE_ADD -> new Formula.Two(Function2.ADD, two(Function2.DIVIDE, a, b), c);
            case SUM_OF_PRODUCTS ->
                new Formula.Two(Function2.ADD, two(Function2.MULTIPLY, a, b), two(Function2.MULTIPLY, c, in[3]));
            case DIFFERENCE_OF_PRODUCTS ->
                new Formula.Two(Function2.SUBTRACT, two(Function2.MULTIPLY, a, b), two(Function2.MULTIPLY, c, in[3]));
        };
    }

    private int two(Function2 function, int a, int b) {
        return add(new Formula.Two(function, a, b));
    }

    private int add(Line line) {
        lines.add(line);
        return lines.size() - 1;
    }

    private void define(Register register, Line line) {
        known.put(register, add(line));
    }

    /** The line that makes what is in a register. */
    private int line(Register register) {
        var line = known.get(register);
        if (line == null) {
            if (register.reach != Reach.ONE || register.kind != Kind.FLOAT && register.kind != Kind.INT) {
                throw new Unfit("a number of another type");
            }
            numbers.add(register);
            int number = numbers.size() - 1;
            line = add(register.kind == Kind.FLOAT ? new Formula.Number(number) : new Formula.Flag(number));
            known.put(register, line);
        }
        return line;
    }

    private int memory(Memory memory, Walk walk) {
        if (!memory.holdsFloats() || !walk.isOnePiece()) {
            throw new Unfit("memory in pieces");
        }
        int index = memories.indexOf(memory);
        if (index < 0) {
            memories.add(memory);
            index = memories.size() - 1;
        }
        return index;
    }
}
