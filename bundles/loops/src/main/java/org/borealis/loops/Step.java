package org.borealis.loops;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.borealis.loops.Register.Reach;
import org.borealis.tensor.DataType;

/** What is done with one tile. */
interface Step {
    void run(Scratch scratch);

    /** Registers that it reads. */
    List<Register> reads();

    /** Registers that it writes. */
    List<Register> writes();

    /** Before the first tile of a task. */
    default void begin(Scratch scratch, int task) {}

    /** Registers that keep what is in them from the first tile of a task to the last. */
    default List<Register> keeps() {
        return List.of();
    }

    /** After the last. */
    default void end(Scratch scratch, int task) {}

    /** Elements from memory. */
    record Load(Memory memory, Walk walk, Register to, Walk.Run each) implements Step {
        Load(Memory memory, Walk walk, Register to) {
            this(memory, walk, to, (s, start, element, stride, n) -> memory.load(s, to, start, element, stride, n));
        }

        @Override
        public void run(Scratch scratch) {
            walk.each(scratch, scratch.start(to.reach), scratch.count(to.reach), each);
        }

        @Override
        public List<Register> reads() {
            return List.of();
        }

        @Override
        public List<Register> writes() {
            return List.of(to);
        }
    }

    /** Elements taken from where they are in memory, if they lie there in one piece and fill vectors. */
    record Take(Load load) implements Step {
        @Override
        public void run(Scratch scratch) {
            var to = load.to();
            int count = scratch.count(to.reach);
            long element = scratch.fillsVectors(to.reach) ? load.walk().whole(scratch.start(to.reach), count) : -1;
            if (element < 0) {
                load.run(scratch);
            } else {
                scratch.take(to, load.memory().address(element));
            }
        }

        @Override
        public List<Register> reads() {
            return load.reads();
        }

        @Override
        public List<Register> writes() {
            return load.writes();
        }
    }

    /** Elements made where they are to be stored, if they lie there in one piece and fill vectors. */
    record Give(Compute compute, Store store) implements Step {
        @Override
        public void run(Scratch scratch) {
            var to = compute.to();
            int count = scratch.count(to.reach);
            long element = scratch.fillsVectors(to.reach) ? store.walk().whole(scratch.start(to.reach), count) : -1;
            if (element < 0) {
                compute.run(scratch);
                return;
            }
            scratch.give(to, store.memory().address(element));
            try {
                compute.run(scratch);
            } finally {
                scratch.takeBack();
            }
        }

        @Override
        public List<Register> reads() {
            return compute.reads();
        }

        @Override
        public List<Register> writes() {
            return compute.writes();
        }
    }

    /** Elements to memory. */
    record Store(Memory memory, Walk walk, Register from, Walk.Run each) implements Step {
        Store(Memory memory, Walk walk, Register from) {
            this(
                    memory,
                    walk,
                    from,
                    (s, start, element, stride, n) -> memory.store(s, from, start, element, stride, n));
        }

        @Override
        public void run(Scratch scratch) {
            walk.each(scratch, scratch.start(from.reach), scratch.count(from.reach), each);
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

    /** Indices along a dim. */
    record Count(Walk walk, DataType type, Register to, Walk.Run each) implements Step {
        Count(Walk walk, DataType type, Register to) {
            this(walk, type, to, (s, start, element, stride, n) -> count(s, to, start, element, stride, n));
        }

        @Override
        public void run(Scratch scratch) {
            int n = scratch.count(to.reach);
            walk.each(scratch, scratch.start(to.reach), n, each);
            if (type == DataType.UINT8) {
                Conversions.clampToByte(scratch.ints(to), n);
            } else {
                Compute.finish(type, scratch, to, n);
            }
        }

        private static void count(Scratch s, Register to, int start, long first, long stride, int n) {
            switch (to.kind) {
                case FLOAT -> {
                    Sequences.count(s.heap(), 0, (int) first, (int) stride, n);
                    s.fromHeap(to, start, n);
                }
                case DOUBLE -> Sequences.count(s.doubles(to), start, (int) first, (int) stride, n);
                case INT -> Sequences.count(s.ints(to), start, (int) first, (int) stride, n);
                case LONG -> Sequences.count(s.longs(to), start, (int) first, (int) stride, n);
            }
        }

        @Override
        public List<Register> reads() {
            return List.of();
        }

        @Override
        public List<Register> writes() {
            return List.of(to);
        }
    }

    /** One number, or one a row, repeated. */
    record Expand(Register from, Register to) implements Step {
        @Override
        public void run(Scratch s) {
            int n = s.count(to.reach);
            if (from.reach == Reach.ONE) {
                switch (to.kind) {
                    case FLOAT -> FloatJoins.fill(s.tile(to), from.floatOne, n);
                    case DOUBLE -> Arrays.fill(s.doubles(to), 0, n, from.doubleOne);
                    case INT -> Arrays.fill(s.ints(to), 0, n, from.intOne);
                    case LONG -> Arrays.fill(s.longs(to), 0, n, from.longOne);
                }
                return;
            }
            for (int r = 0; r < s.rows; r++) {
                int start = r * s.columns;
                int end = start + s.columns;
                switch (to.kind) {
                    case FLOAT -> FloatJoins.fill(s.tile(to) + 4L * start, Lanes.one(s.floats(from), r), s.columns);
                    case DOUBLE -> Arrays.fill(s.doubles(to), start, end, s.doubles(from)[r]);
                    case INT -> Arrays.fill(s.ints(to), start, end, s.ints(from)[r]);
                    case LONG -> Arrays.fill(s.longs(to), start, end, s.longs(from)[r]);
                }
            }
        }

        @Override
        public List<Register> reads() {
            return List.of(from);
        }

        @Override
        public List<Register> writes() {
            return List.of(to);
        }
    }

    /** A number made known to all threads. */
    record Publish(Register from, Register to) implements Step {
        @Override
        public void run(Scratch scratch) {
            to.set(scratch, from);
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

    /** Part of a long row kept for a later pass. */
    record Spill(Register from, int spill) implements Step {
        @Override
        public void run(Scratch s) {
            var kept = s.spill(from.kind, spill);
            if (kept instanceof float[] floats) {
                MemorySegment.copy(Lanes.ALL, Lanes.FLOAT, s.floats(from), floats, (int) s.column, s.columns);
            } else {
                System.arraycopy(s.array(from), 0, kept, (int) s.column, s.columns);
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

    /** Part of a long row as an earlier pass has kept it. */
    record Reload(int spill, Register to) implements Step {
        @Override
        public void run(Scratch s) {
            var kept = s.spill(to.kind, spill);
            if (kept instanceof float[] floats) {
                MemorySegment.copy(floats, (int) s.column, Lanes.ALL, Lanes.FLOAT, s.tile(to), s.columns);
            } else {
                System.arraycopy(kept, (int) s.column, s.array(to), 0, s.columns);
            }
        }

        @Override
        public List<Register> reads() {
            return List.of();
        }

        @Override
        public List<Register> writes() {
            return List.of(to);
        }
    }
}
