package org.borealis.loops;

import java.util.List;
import java.util.Optional;
import org.borealis.loops.Cell.Map;
import org.borealis.loops.FloatChains.Chain;
import org.borealis.loops.Register.Reach;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function2;

/**
 * Two or three functions of float32 in one step; operands may be the same everywhere, or in each row.
 *
 * @param in three operands, or four
 */
record Chained(Chain chain, List<Register> in, Register to) implements Compute {

    /** Cells to compute a chain of. */
    record Match(Chain chain, List<Cell> in) {}

    /** Says whether an operand is needed by nobody else, so that it may be computed on the way. */
    interface OnTheWay {
        boolean test(Cell operand);
    }

    /** A chain that ends in that function. */
    static Optional<Match> of(Cell cell, OnTheWay isOnTheWay) {
        if (!isOf(cell)) {
            return Optional.empty();
        }
        var outer = function(cell);
        var a = operand(cell, 0);
        var b = operand(cell, 1);
        boolean isA = isOf(a) && isOnTheWay.test(a);
        boolean isB = isOf(b) && isOnTheWay.test(b);
        boolean isSum = outer == Function2.ADD || outer == Function2.SUBTRACT;
        if (isSum && isA && isB && function(a) == Function2.MULTIPLY && function(b) == Function2.MULTIPLY) {
            var chain = outer == Function2.ADD ? Chain.SUM_OF_PRODUCTS : Chain.DIFFERENCE_OF_PRODUCTS;
            return Optional.of(new Match(chain, List.of(operand(a, 0), operand(a, 1), operand(b, 0), operand(b, 1))));
        }
        var left = isA ? chain(function(a), outer) : Optional.<Chain>empty();
        if (left.isPresent()) {
            return Optional.of(new Match(left.get(), List.of(operand(a, 0), operand(a, 1), b)));
        }
        var right = isB ? chainOnRight(outer, function(b)) : Optional.<Chain>empty();
        return right.map(chain -> new Match(chain, List.of(operand(b, 0), operand(b, 1), a)));
    }

    /** The factors of a product of float32; none if it is something else. */
    static List<Cell> factors(Cell cell) {
        return isOf(cell) && function(cell) == Function2.MULTIPLY
                ? List.of(operand(cell, 0), operand(cell, 1))
                : List.of();
    }

    private static boolean isOf(Cell cell) {
        return cell.type() == DataType.FLOAT32 && cell.made() instanceof Map(Binary _, var _);
    }

    private static Function2 function(Cell cell) {
        if (cell.made() instanceof Map(Binary(var function), var _)) {
            return function;
        }
        throw new IllegalStateException("no function of two");
    }

    private static Cell operand(Cell cell, int index) {
        if (cell.made() instanceof Map(var _, var in)) {
            return in.get(index);
        }
        throw new IllegalStateException("no function");
    }

    private static Optional<Chain> chain(Function2 inner, Function2 outer) {
        return switch (inner) {
            case MULTIPLY ->
                switch (outer) {
                    case ADD -> Optional.of(Chain.MULTIPLY_ADD);
                    case SUBTRACT -> Optional.of(Chain.MULTIPLY_SUBTRACT);
                    case MULTIPLY -> Optional.of(Chain.MULTIPLY_MULTIPLY);
                    default -> Optional.empty();
                };
            case ADD ->
                switch (outer) {
                    case ADD -> Optional.of(Chain.ADD_ADD);
                    case MULTIPLY -> Optional.of(Chain.ADD_MULTIPLY);
                    default -> Optional.empty();
                };
            case SUBTRACT -> outer == Function2.MULTIPLY ? Optional.of(Chain.SUBTRACT_MULTIPLY) : Optional.empty();
            case DIVIDE ->
                switch (outer) {
                    case ADD -> Optional.of(Chain.DIVIDE_ADD);
                    case MULTIPLY -> Optional.of(Chain.DIVIDE_MULTIPLY);
                    default -> Optional.empty();
                };
            default -> Optional.empty();
        };
    }

    private static Optional<Chain> chainOnRight(Function2 outer, Function2 inner) {
        return switch (outer) {
            case ADD, MULTIPLY -> chain(inner, outer);
            case SUBTRACT -> inner == Function2.MULTIPLY ? Optional.of(Chain.MULTIPLY_SUBTRACT_FROM) : Optional.empty();
            default -> Optional.empty();
        };
    }

    @Override
    public void run(Scratch s) {
        boolean isByRow = false;
        for (int k = 0; k < in.size(); k++) {
            isByRow |= in.get(k).reach != to.reach && in.get(k).reach == Reach.ROW;
        }
        long tile = s.tile(to);
        if (!isByRow) {
            run(s, tile, 0, s.count(to.reach));
            return;
        }
        for (int r = 0; r < s.rows; r++) { // in this order, since each writes beyond its end
            run(s, tile, r, s.columns);
        }
    }

    private void run(Scratch s, long tile, int row, int n) {
        int last = in.size() - 1;
        FloatChains.run(
                chain,
                tile + 4L * row * s.columns,
                operand(s, 0, row),
                step(0),
                operand(s, 1, row),
                step(1),
                operand(s, 2, row),
                step(2),
                operand(s, last, row),
                step(last),
                n);
    }

    private long operand(Scratch s, int k, int row) {
        var register = in.get(k);
        if (register.reach == to.reach) {
            return s.floats(register) + 4L * row * s.columns;
        }
        float number = register.reach == Reach.ONE ? register.floatOne : Lanes.one(s.floats(register), row);
        return s.vectorOf(number, k);
    }

    private long step(int k) {
        return in.get(k).reach == to.reach ? FloatChains.ALONG : 0;
    }

    @Override
    public List<Register> reads() {
        return in;
    }
}
