package org.borealis.loops;

import java.util.List;
import org.borealis.loops.Register.Reach;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Unary;

/** Steps that are pointwise primitives. Operands have the reach of the result, but for {@link Narrow}. */
sealed interface Compute extends Step
        permits Compute.One, Compute.Two, Compute.Narrow, Compute.Compare, Compute.Choose, Compute.Change, Chained {

    /**
     * The step of a primitive.
     *
     * @param from type of the last operand
     * @param type of the result
     */
    static Step of(Op op, DataType from, DataType type, List<Register> in, Register to) {
        return switch (op) {
            case Unary(var function) -> new One(function, type, in.get(0), to);
            case Binary(var function)
            when in.get(0).reach != to.reach || in.get(1).reach != to.reach ->
                new Narrow(function, type, in.get(0), in.get(1), to);
            case Binary(var function)
            when (function == Function2.EQUAL || function == Function2.LESS) && in.get(0).kind != Kind.INT ->
                new Compare(function, in.get(0), in.get(1), to);
            case Binary(var function) -> new Two(function, type, in.get(0), in.get(1), to);
            case Select _ -> new Choose(in.get(0), in.get(1), in.get(2), to);
            default -> new Change(from, type, in.get(0), to);
        };
    }

    /** Whether it takes a narrower operand, which saves the cache a tile. */
    static boolean takesNarrow(Op op, Kind kind) {
        return kind == Kind.FLOAT
                && op instanceof Binary(var function)
                && switch (function) {
                    case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM -> true;
                    case POWER, EQUAL, LESS, AND, OR -> false;
                };
    }

    /** Rounds to, or wraps at, a type narrower than what is computed in. */
    static void finish(DataType type, Scratch s, Register register, int n) {
        switch (type) {
            case BFLOAT16 -> FloatLoops.roundBfloat16(s.floats(register), n);
            case FLOAT16 -> {
                Conversions.roundFloat16(s.onHeap(register, n), n);
                s.fromHeap(register, 0, n);
            }
            case UINT8 -> Conversions.wrapToByte(s.ints(register), n);
            case FLOAT64, FLOAT32, INT64, INT32, BOOL -> {}
        }
    }

    /** Operands that a step may take. */
    int MOST_OPERANDS = 4;

    Register to();

    /** Whether its result may take the place of an operand: it reads an element last before it writes that element. */
    default boolean isInPlace() {
        return true;
    }

    @Override
    default List<Register> writes() {
        return List.of(to());
    }

    /** A function of one number. */
    record One(Function function, DataType type, Register a, Register to) implements Compute {
        @Override
        public boolean isInPlace() {
            return function != Function.ERF; // two loops read the operand
        }

        @Override
        public void run(Scratch s) {
            int n = s.count(to.reach);
            switch (to.kind) {
                case FLOAT -> {
                    if (!FloatLoops.unary(function, s.tile(to), s.floats(a), n)) {
                        FloatMath.unary(function, s.onHeap(a, n), n);
                        s.fromHeap(to, 0, n);
                    }
                }
                case DOUBLE -> DoubleLoops.unary(function, s.doubles(to), s.doubles(a), n);
                case INT -> IntLoops.unary(function, s.ints(to), s.ints(a), n);
                case LONG -> LongLoops.unary(function, s.longs(to), s.longs(a), n);
            }
            finish(type, s, to, n);
        }

        @Override
        public List<Register> reads() {
            return List.of(a);
        }
    }

    /** A function of two numbers. */
    record Two(Function2 function, DataType type, Register a, Register b, Register to) implements Compute {
        @Override
        public void run(Scratch s) {
            int n = s.count(to.reach);
            switch (to.kind) {
                case FLOAT -> {
                    if (!FloatLoops.binary(function, s.tile(to), s.floats(a), s.floats(b), n)) {
                        var base = s.onHeap(a, n);
                        FloatMath.power(base, base, s.alsoOnHeap(b, n), n);
                        s.fromHeap(to, 0, n);
                    }
                }
                case DOUBLE -> DoubleLoops.binary(function, s.doubles(to), s.doubles(a), s.doubles(b), n);
                case INT -> IntLoops.binary(function, s.ints(to), s.ints(a), s.ints(b), n);
                case LONG -> LongLoops.binary(function, s.longs(to), s.longs(a), s.longs(b), n);
            }
            finish(type, s, to, n);
        }

        @Override
        public List<Register> reads() {
            return List.of(a, b);
        }
    }

    /** A function of two floats, one of which is the same everywhere, or in each row. */
    record Narrow(Function2 function, DataType type, Register a, Register b, Register to) implements Compute {
        @Override
        public void run(Scratch s) {
            int n = s.count(to.reach);
            var narrow = isRight() ? b : a;
            if (narrow.reach == Reach.ONE) {
                run(s, narrow.floatOne, 0, n);
            } else {
                long rows = s.floats(narrow);
                for (int r = 0; r < s.rows; r++) { // in this order, since each writes beyond its end
                    run(s, Lanes.one(rows, r), r * s.columns, s.columns);
                }
            }
            finish(type, s, to, n);
        }

        private boolean isRight() {
            return a.reach == to.reach;
        }

        private void run(Scratch s, float number, int start, int n) {
            long tile = s.tile(to) + 4L * start;
            if (isRight()) {
                FloatLoops.right(function, tile, s.floats(a) + 4L * start, number, n);
            } else {
                FloatLoops.left(function, tile, number, s.floats(b) + 4L * start, n);
            }
        }

        @Override
        public List<Register> reads() {
            return List.of(a, b);
        }
    }

    /** A comparison, but of integers, which is a function of two. */
    record Compare(Function2 function, Register a, Register b, Register to) implements Compute {
        @Override
        public void run(Scratch s) {
            int n = s.count(to.reach);
            switch (a.kind) {
                case FLOAT -> FloatLoops.compare(function, s.ints(to), s.floats(a), s.floats(b), n);
                case DOUBLE -> DoubleLoops.compare(function, s.ints(to), s.doubles(a), s.doubles(b), n);
                case LONG -> LongLoops.compare(function, s.ints(to), s.longs(a), s.longs(b), n);
                case INT -> throw new IllegalStateException("made as a function of two");
            }
        }

        @Override
        public List<Register> reads() {
            return List.of(a, b);
        }
    }

    /** One of two, as a mask says. */
    record Choose(Register mask, Register a, Register b, Register to) implements Compute {
        @Override
        public void run(Scratch s) {
            int n = s.count(to.reach);
            var isA = s.ints(mask);
            switch (to.kind) {
                case FLOAT -> FloatLoops.select(s.tile(to), isA, s.floats(a), s.floats(b), n);
                case DOUBLE -> DoubleLoops.select(s.doubles(to), isA, s.doubles(a), s.doubles(b), n);
                case INT -> IntLoops.select(s.ints(to), isA, s.ints(a), s.ints(b), n);
                case LONG -> LongLoops.select(s.longs(to), isA, s.longs(a), s.longs(b), n);
            }
        }

        @Override
        public List<Register> reads() {
            return List.of(mask, a, b);
        }
    }

    /** Numbers of one type as another. */
    record Change(DataType from, DataType type, Register a, Register to) implements Compute {
        @Override
        public void run(Scratch s) {
            int n = s.count(to.reach);
            if (type == DataType.BOOL) {
                Conversions.toBool(s, a, s.ints(to), n);
                return;
            }
            switch (a.kind) {
                case FLOAT -> Conversions.fromFloat(a, s, to, n);
                case DOUBLE -> Conversions.fromDouble(s.doubles(a), s, to, n);
                case INT -> Conversions.fromInt(s.ints(a), s, to, n);
                case LONG -> Conversions.fromLong(s.longs(a), s, to, n);
            }
            if (type == DataType.UINT8 && from.isFloat()) {
                Conversions.clampToByte(s.ints(to), n);
            } else if (type.bytes() < from.bytes() || from.isFloat() != type.isFloat() || type.bytes() == 2) {
                finish(type, s, to, n);
            }
        }

        @Override
        public List<Register> reads() {
            return List.of(a);
        }
    }
}
