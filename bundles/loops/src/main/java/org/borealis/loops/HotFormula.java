package org.borealis.loops;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A formula, and its loop once that is worth its while: made when tiles have taken longer over the formula than compiling does, and
 * taken when it is faster than they were. Until C2 has compiled it, it is as slow as objects are, and runs beside the kernels, over
 * memory of its own.
 */
final class HotFormula {
    /** Of processor time; warming up takes less. */
    private static final long HOT_NANOS = 500_000_000;

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    /** Short runs after which the JVM has handed a loop to C2. */
    private static final int SHORT_RUNS = 800;

    private static final int SHORT = 32 * Lanes.COUNT;
    private static final int LONG = 16 * Scratch.TILE;

    private final Formula formula;
    private final Executor compiler;
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicBoolean isAsked = new AtomicBoolean();
    /** The least time that a thread's tiles have taken for an element; runs at the same moment may lose one. */
    private volatile double fastest = Double.MAX_VALUE;

    private volatile @Nullable FormulaLoop loop;

    HotFormula(Formula formula, Executor compiler) {
        this.formula = formula;
        this.compiler = compiler;
    }

    /** One that has its loop. */
    HotFormula(Formula formula, FormulaLoop loop) {
        this(formula, (Runnable never) -> {});
        this.loop = loop;
    }

    @Nullable
    FormulaLoop loop() {
        return loop;
    }

    /** Takes note of a run of tiles. */
    void hasRun(long elements, long time, int threads) {
        long spent = time * threads;
        fastest = Math.min(fastest, (double) spent / elements);
        if (nanos.addAndGet(spent) >= HOT_NANOS && isAsked.compareAndSet(false, true)) {
            compiler.execute(this::warmUp);
        }
    }

    private void warmUp() {
        try (var arena = Arena.ofConfined()) {
            var memories = ones(arena, formula.memories(), LONG);
            var tiles = ones(arena, formula.tiles(), Scratch.TILE);
            var numbers = new float[formula.numbers()];
            Arrays.fill(numbers, 1);
            var made = LoopClass.of(formula);
            for (int run = 0; run < SHORT_RUNS; run++) {
                made.run(memories, numbers, tiles, 0, SHORT);
            }
            long end = System.nanoTime() + PATIENCE_NANOS;
            for (long start = System.nanoTime(); start < end && loop == null; start = System.nanoTime()) {
                made.run(memories, numbers, tiles, 0, LONG);
                if (System.nanoTime() - start < fastest * LONG) {
                    loop = made;
                }
            }
        }
    }

    /** Addresses of so many pieces of memory. */
    private static long[] ones(Arena arena, int count, int elements) {
        var addresses = new long[count];
        for (int i = 0; i < count; i++) {
            addresses[i] = arena.allocate(4L * elements, 64).address();
            FloatJoins.fill(addresses[i], 1, elements);
        }
        return addresses;
    }
}
