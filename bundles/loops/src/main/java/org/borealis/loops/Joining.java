package org.borealis.loops;

import java.util.Arrays;
import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/** Steps that join elements. */
sealed interface Joining extends Step {

    /** Joins a run of elements into one. */
    static void join(Fold fold, Kind kind, Object from, int start, int n, Object to, int at, Scratch s) {
        switch (kind) {
            case FLOAT -> ((float[]) to)[at] = FloatLoops.join(fold, (float[]) from, start, n, s.half, s.otherHalf);
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
            case FLOAT -> FloatLoops.accumulate(fold, (float[]) to, at, (float[]) from, start, n);
            case DOUBLE -> DoubleLoops.accumulate(fold, (double[]) to, at, (double[]) from, start, n);
            case INT -> IntLoops.accumulate(fold, (int[]) to, at, (int[]) from, start, n);
            case LONG -> LongLoops.accumulate(fold, (long[]) to, at, (long[]) from, start, n);
        }
    }

    /** Lets joining begin anew in a run. */
    static void clear(Fold fold, Kind kind, Object array, int start, int end) {
        switch (kind) {
            case FLOAT -> Arrays.fill((float[]) array, start, end, FloatLoops.identity(fold));
            case DOUBLE -> Arrays.fill((double[]) array, start, end, DoubleLoops.identity(fold));
            case INT -> Arrays.fill((int[]) array, start, end, IntLoops.identity(fold));
            case LONG -> Arrays.fill((long[]) array, start, end, LongLoops.identity(fold));
        }
    }

    /** Each row to one number. A row longer than a tile is joined lane by lane first. */
    record OfRows(Fold fold, DataType type, Register from, Register lanes, Register to) implements Joining {
        @Override
        public void run(Scratch s) {
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
            clear(fold, from.kind, joined.part(s.part), (int) s.column, (int) s.column + s.columns);
        }

        @Override
        public void run(Scratch s) {
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
            clear(fold, from.kind, s.array(lanes), 0, Scratch.TILE);
        }

        @Override
        public void run(Scratch s) {
            accumulate(fold, from.kind, s.array(lanes), 0, s.array(from), 0, s.count(from.reach));
        }

        @Override
        public void end(Scratch s, int task) {
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
    }
}
