package org.borealis.loops;

import java.util.List;
import org.borealis.loops.Register.Reach;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Unary;

/**
 * A pointwise primitive on a tile.
 *
 * @param reads all of the reach of {@code to}, but for binary operations on floats, which may take one of them narrower
 */
record Compute(Op op, DataType from, DataType type, List<Register> reads, Register to) implements Step {

    /** Whether it takes a narrower operand, which saves the cache a tile. */
    static boolean takesNarrow(Op op, Kind kind) {
        return kind == Kind.FLOAT
                && op instanceof Binary(var function)
                && switch (function) {
                    case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM -> true;
                    case POWER, EQUAL, LESS, AND, OR -> false;
                };
    }

    @Override
    public List<Register> writes() {
        return List.of(to);
    }

    @Override
    public void run(Scratch s) {
        int n = s.count(to.reach);
        switch (op) {
            case Unary(var function) -> {
                var a = reads.get(0);
                switch (a.kind) {
                    case FLOAT -> FloatLoops.unary(function, s.floats(to), s.floats(a), n, s.bits);
                    case DOUBLE -> DoubleLoops.unary(function, s.doubles(to), s.doubles(a), n);
                    case INT -> IntLoops.unary(function, s.ints(to), s.ints(a), n);
                    case LONG -> LongLoops.unary(function, s.longs(to), s.longs(a), n);
                }
            }
            case Binary(var function) -> binary(function, s, n);
            case Select _ -> select(s, n);
            case Convert _ -> convert(s, n);
            default -> throw new IllegalStateException(op.label());
        }
        finish(s, n);
    }

    private void binary(Function2 function, Scratch s, int n) {
        var a = reads.get(0);
        var b = reads.get(1);
        if (a.reach != to.reach || b.reach != to.reach) {
            narrow(function, s, n);
        } else if (function == Function2.EQUAL && a.kind != Kind.INT
                || function == Function2.LESS && a.kind != Kind.INT) {
            compare(function, s, n);
        } else {
            switch (a.kind) {
                case FLOAT -> FloatLoops.binary(function, s.floats(to), s.floats(a), s.floats(b), n);
                case DOUBLE -> DoubleLoops.binary(function, s.doubles(to), s.doubles(a), s.doubles(b), n);
                case INT -> IntLoops.binary(function, s.ints(to), s.ints(a), s.ints(b), n);
                case LONG -> LongLoops.binary(function, s.longs(to), s.longs(a), s.longs(b), n);
            }
        }
    }

    private void narrow(Function2 function, Scratch s, int n) {
        var narrow = reads.get(reads.get(0).reach == to.reach ? 1 : 0);
        if (narrow.reach == Reach.ONE) {
            narrow(function, s, narrow.floatOne, 0, n);
        } else {
            var rows = s.floats(narrow);
            for (int r = 0; r < s.rows; r++) {
                narrow(function, s, rows[r], r * s.columns, (r + 1) * s.columns);
            }
        }
    }

    private void narrow(Function2 function, Scratch s, float number, int from, int to) {
        if (reads.get(0).reach == this.to.reach) {
            FloatLoops.right(function, s.floats(this.to), s.floats(reads.get(0)), number, from, to);
        } else {
            FloatLoops.left(function, s.floats(this.to), number, s.floats(reads.get(1)), from, to);
        }
    }

    private void compare(Function2 function, Scratch s, int n) {
        var a = reads.get(0);
        var b = reads.get(1);
        switch (a.kind) {
            case FLOAT -> FloatLoops.compare(function, s.ints(to), s.floats(a), s.floats(b), n);
            case DOUBLE -> DoubleLoops.compare(function, s.ints(to), s.doubles(a), s.doubles(b), n);
            case LONG -> LongLoops.compare(function, s.ints(to), s.longs(a), s.longs(b), n);
            case INT -> throw new IllegalStateException("compared elsewhere");
        }
    }

    private void select(Scratch s, int n) {
        var mask = s.ints(reads.get(0));
        var a = reads.get(1);
        var b = reads.get(2);
        switch (to.kind) {
            case FLOAT -> FloatLoops.select(s.floats(to), mask, s.floats(a), s.floats(b), n);
            case DOUBLE -> DoubleLoops.select(s.doubles(to), mask, s.doubles(a), s.doubles(b), n);
            case INT -> IntLoops.select(s.ints(to), mask, s.ints(a), s.ints(b), n);
            case LONG -> LongLoops.select(s.longs(to), mask, s.longs(a), s.longs(b), n);
        }
    }

    private void convert(Scratch s, int n) {
        var a = reads.get(0);
        if (type == DataType.BOOL) {
            switch (a.kind) {
                case FLOAT -> Conversions.floatToBool(s.floats(a), s.ints(to), n);
                case DOUBLE -> Conversions.doubleToBool(s.doubles(a), s.ints(to), n);
                case INT -> Conversions.intToBool(s.ints(a), s.ints(to), n);
                case LONG -> Conversions.longToBool(s.longs(a), s.ints(to), n);
            }
            return;
        }
        switch (a.kind) {
            case FLOAT -> fromFloat(s, s.floats(a), n);
            case DOUBLE -> fromDouble(s, s.doubles(a), n);
            case INT -> fromInt(s, s.ints(a), n);
            case LONG -> fromLong(s, s.longs(a), n);
        }
    }

    private void fromFloat(Scratch s, float[] a, int n) {
        switch (to.kind) {
            case FLOAT -> System.arraycopy(a, 0, s.floats(to), 0, n);
            case DOUBLE -> Conversions.floatToDouble(a, s.doubles(to), n);
            case INT -> Conversions.floatToInt(a, s.ints(to), n);
            case LONG -> Conversions.floatToLong(a, s.longs(to), n);
        }
    }

    private void fromDouble(Scratch s, double[] a, int n) {
        switch (to.kind) {
            case FLOAT -> Conversions.doubleToFloat(a, s.floats(to), n);
            case DOUBLE -> System.arraycopy(a, 0, s.doubles(to), 0, n);
            case INT -> Conversions.doubleToInt(a, s.ints(to), n);
            case LONG -> Conversions.doubleToLong(a, s.longs(to), n);
        }
    }

    private void fromInt(Scratch s, int[] a, int n) {
        switch (to.kind) {
            case FLOAT -> Conversions.intToFloat(a, s.floats(to), n);
            case DOUBLE -> Conversions.intToDouble(a, s.doubles(to), n);
            case INT -> System.arraycopy(a, 0, s.ints(to), 0, n);
            case LONG -> Conversions.intToLong(a, s.longs(to), n);
        }
    }

    private void fromLong(Scratch s, long[] a, int n) {
        switch (to.kind) {
            case FLOAT -> Conversions.longToFloat(a, s.floats(to), n);
            case DOUBLE -> Conversions.longToDouble(a, s.doubles(to), n);
            case INT -> Conversions.longToInt(a, s.ints(to), n);
            case LONG -> System.arraycopy(a, 0, s.longs(to), 0, n);
        }
    }

    /** Rounds to, or wraps at, a type narrower than what it is computed in. */
    private void finish(Scratch s, int n) {
        if (type == DataType.UINT8) {
            if (op instanceof Convert && from.isFloat()) {
                Conversions.clampToByte(s.ints(to), n);
            } else {
                Conversions.wrapToByte(s.ints(to), n);
            }
        } else {
            round(type, s, to, n);
        }
    }

    static void round(DataType type, Scratch s, Register register, int n) {
        if (type == DataType.BFLOAT16) {
            Conversions.roundBfloat16(s.floats(register), n, s.bits);
        } else if (type == DataType.FLOAT16) {
            Conversions.roundFloat16(s.floats(register), n);
        }
    }
}
