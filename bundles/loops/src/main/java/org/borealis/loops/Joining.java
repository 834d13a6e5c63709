package org.borealis.loops;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/** Steps that join elements. */
sealed interface Joining extends Step {

    /** Joins a run of elements into one, but of float32: {@link FloatJoins} does that. */
    static void join(Fold fold, Kind kind, Object from, int start, int n, Object to, int at, Scratch s) {
        switch (kind) {
            case FLOAT -> throw new IllegalStateException("not in an array");
            case DOUBLE ->
                ((double[]) to)[at] =
                        DoubleLoops.join(fold, (double[]) from, start, n, s.doubleHalf, s.otherDoubleHalf);
            case INT -> ((int[]) to)[at] = IntLoops.join(fold, (int[]) from, start, n);
            case LONG -> ((long[]) to)[at] = LongLoops.join(fold, (long[]) from, start, n);
        }
    }

    /** Joins each element of a run into another run. */
    static void accumulate(Fold fold, Kind kind, Object to, int at, Object from, int start, int n) {
        switch (kind) {
            case FLOAT -> throw new IllegalStateException("not in an array");
            case DOUBLE -> DoubleLoops.accumulate(fold, (double[]) to, at, (double[]) from, start, n);
            case INT -> IntLoops.accumulate(fold, (int[]) to, at, (int[]) from, start, n);
            case LONG -> LongLoops.accumulate(fold, (long[]) to, at, (long[]) from, start, n);
        }
    }

    /** Lets joining begin anew in a run. */
    static void clear(Fold fold, Kind kind, Object array, int start, int end) {
        switch (kind) {
            case FLOAT -> throw new IllegalStateException("not in an array");
            case DOUBLE -> Arrays.fill((double[]) array, start, end, DoubleLoops.identity(fold));
            case INT -> Arrays.fill((int[]) array, start, end, IntLoops.identity(fold));
            case LONG -> Arrays.fill((long[]) array, start, end, LongLoops.identity(fold));
        }
    }

    /** Each row to one number. A row longer than a tile is joined lane by lane first. */
    record OfRows(Fold fold, DataType type, Register from, Register lanes, Register to) implements Joining {
        @Override
        public void run(Scratch s) {
            if (from.kind == Kind.FLOAT) {
                runFloats(s);
            } else {
                runArrays(s);
            }
        }

        private void runFloats(Scratch s) {
            if (s.columns == s.width) {
                long tile = s.tile(to);
                for (int r = 0; r < s.rows; r++) {
                    long row = s.floats(from) + 4L * r * s.columns;
                    Lanes.putOne(FloatJoins.join(fold, row, s.columns, s.half), tile, r);
                }
                Compute.finish(type, s, to, s.rows);
                return;
            }
            if (s.column == 0) {
                MemorySegment.copy(Lanes.ALL, s.floats(from), Lanes.ALL, s.tile(lanes), 4L * s.columns);
            } else {
                FloatJoins.accumulate(fold, s.floats(lanes), s.floats(from), s.columns);
            }
            if (s.column + s.columns == s.width) {
                Lanes.putOne(FloatJoins.join(fold, s.floats(lanes), Scratch.TILE, s.half), s.tile(to), 0);
                Compute.finish(type, s, to, 1);
            }
        }

        private void runArrays(Scratch s) {
            if (s.columns == s.width) {
                for (int r = 0; r < s.rows; r++) {
                    join(fold, from.kind, s.array(from), r * s.columns, s.columns, s.array(to), r, s);
                }
                Compute.finish(type, s, to, s.rows);
                return;
            }
            if (s.column == 0) {
                System.arraycopy(s.array(from), 0, s.array(lanes), 0, s.columns);
            } else {
                accumulate(fold, from.kind, s.array(lanes), 0, s.array(from), 0, s.columns);
            }
            if (s.column + s.columns == s.width) {
                join(fold, from.kind, s.array(lanes), 0, Scratch.TILE, s.array(to), 0, s);
                Compute.finish(type, s, to, 1);
            }
        }

        @Override
        public List<Register> reads() {
            return List.of(from, lanes);
        }

        @Override
        public List<Register> writes() {
            return List.of(lanes, to);
        }
    }

    /** Each column to one number. */
    record OfColumns(Fold fold, Register from, Joined joined) implements Joining {
        @Override
        public void begin(Scratch s, int task) {
            if (from.kind == Kind.FLOAT) {
                FloatJoins.fill(joined.floats(s.part) + 4 * s.column, FloatJoins.identity(fold), s.columns);
                return;
            }
            clear(fold, from.kind, joined.part(s.part), (int) s.column, (int) s.column + s.columns);
        }

        @Override
        public void run(Scratch s) {
            if (from.kind == Kind.FLOAT) {
                for (int r = 0; r < s.rows; r++) {
                    long row = s.floats(from) + 4L * r * s.columns;
                    FloatJoins.accumulate(fold, joined.floats(s.part) + 4 * s.column, row, s.columns);
                }
                return;
            }
            for (int r = 0; r < s.rows; r++) {
                accumulate(
                        fold, from.kind, joined.part(s.part), (int) s.column, s.array(from), r * s.columns, s.columns);
            }
        }

        @Override
        public List<Register> reads() {
            return List.of(from);
        }

        @Override
        public List<Register> writes() {
            return List.of();
        }
    }

    /** All elements of a task to one number. */
    record OfAll(Fold fold, Register from, Register lanes, Joined joined) implements Joining {
        @Override
        public void begin(Scratch s, int task) {
            if (from.kind == Kind.FLOAT) {
                FloatJoins.fill(s.tile(lanes), FloatJoins.identity(fold), Scratch.TILE);
                return;
            }
            clear(fold, from.kind, s.array(lanes), 0, Scratch.TILE);
        }

        @Override
        public void run(Scratch s) {
            if (from.kind == Kind.FLOAT) {
                FloatJoins.accumulate(fold, s.floats(lanes), s.floats(from), s.count(from.reach));
                return;
            }
            accumulate(fold, from.kind, s.array(lanes), 0, s.array(from), 0, s.count(from.reach));
        }

        @Override
        public void end(Scratch s, int task) {
            if (from.kind == Kind.FLOAT) {
                float whole = FloatJoins.join(fold, s.floats(lanes), Scratch.TILE, s.half);
                Lanes.putOne(whole, joined.floats(task), 0);
                return;
            }
            join(fold, from.kind, s.array(lanes), 0, Scratch.TILE, joined.part(task), 0, s);
        }

        @Override
        public List<Register> reads() {
            return List.of(from, lanes);
        }

        @Override
        public List<Register> writes() {
            return List.of(lanes);
        }

        @Override
        public List<Register> keeps() {
            return List.of(lanes);
        }
    }

    /** The products of all elements of a task, as float32, to their sum. */
    record OfProducts(Register a, Register b, Register lanes, Joined joined) implements Joining {
        @Override
        public void begin(Scratch s, int task) {
            FloatJoins.fill(s.tile(lanes), 0, Scratch.TILE);
        }

        @Override
        public void run(Scratch s) {
            FloatJoins.accumulateProducts(s.floats(lanes), s.floats(a), s.floats(b), s.count(a.reach));
        }

        @Override
        public void end(Scratch s, int task) {
            Lanes.putOne(FloatJoins.join(Fold.SUM, s.floats(lanes), Scratch.TILE, s.half), joined.floats(task), 0);
        }

        @Override
        public List<Register> reads() {
            return List.of(a, b, lanes);
        }

        @Override
        public List<Register> writes() {
            return List.of(lanes);
        }

        @Override
        public List<Register> keeps() {
            return List.of(lanes);
        }
    }
}
