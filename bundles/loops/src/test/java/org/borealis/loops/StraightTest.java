package org.borealis.loops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Generated loops, beside tiles: which one runs may not change a bit. */
class StraightTest {
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final Bench TILES = new Bench(2);
    private static final Bench STRAIGHT = new Bench(2, new TileLoops(new HotFormulas(StraightTest::atOnce)));

    /** Less than a tile behind whole ones, several tasks, and neither. */
    private static final int[] SIZES = {1024, 2048 + 7, 70_001, 1023};

    /** For a loop that is warmed up in a fraction of a second. */
    private static final long LONG_ENOUGH = 120_000_000_000L;

    private static final DataType F32 = DataType.FLOAT32;

    /** Used without being warmed up, which is slow, but what the JVM may do with any code. */
    private static HotFormula atOnce(Formula formula) {
        var loop = LoopClass.of(formula);
        return new HotFormula(formula, (memories, numbers, tiles, start, n) -> {
            RUNS.incrementAndGet();
            loop.run(memories, numbers, tiles, start, n);
        });
    }

    @AfterAll
    static void close() {
        TILES.close();
        STRAIGHT.close();
    }

    private static void requireSameBits(String what, List<HostTensor> got, List<HostTensor> want) {
        for (int o = 0; o < want.size(); o++) {
            assertEquals(-1, got.get(o).elements().mismatch(want.get(o).elements()), what + ": output " + o);
        }
    }

    /** Of three tensors, and a number that is known only when it runs. */
    private static void check(String what, boolean isStraight, Function<List<Tensor>, List<Tensor>> body) {
        for (int size : SIZES) {
            var inputs = new ArrayList<HostTensor>();
            for (int i = 0; i < 3; i++) {
                inputs.add(Bench.sample(F32, i + 1, size));
            }
            inputs.add(Bench.sample(F32, 4, 1));
            var fusion = Bench.fusion(inputs.stream().map(HostTensor::type).toList(), body);
            int before = RUNS.get();
            var want = TILES.run(fusion, inputs);
            requireSameBits(what + " of " + size, STRAIGHT.run(fusion, inputs), want);
            requireSameBits(what + " of " + size + " in place", STRAIGHT.runInPlace(fusion, inputs), want);
            assertEquals(isStraight && size >= Scratch.TILE, RUNS.get() > before, what + " of " + size);
        }
    }

    @Test
    void functions() {
        var functions = Map.<String, Function<List<Tensor>, Tensor>>of(
                "negate", in -> in.get(0).negate(),
                "abs", in -> in.get(0).abs(),
                "sign", in -> in.get(0).sign(),
                "sqrt", in -> in.get(0).abs().sqrt(),
                "reciprocal", in -> in.get(0).reciprocal(),
                "maximum", in -> in.get(0).maximum(in.get(1)),
                "minimum", in -> in.get(0).minimum(in.get(3)),
                "divide", in -> in.get(3).dividedBy(in.get(0)),
                "subtract a number", in -> in.get(0).minus(in.get(3)),
                "subtract from a number", in -> in.get(3).minus(in.get(0)));
        functions.forEach((name, function) -> check(name, true, in -> List.of(function.apply(in))));
    }

    @Test
    void operationsThatShareALoopOfTiles() {
        for (int chain = 0; chain < ChainedTest.CHAINS.size(); chain++) {
            var body = ChainedTest.CHAINS.get(chain);
            check(
                    "chain " + chain,
                    true,
                    in -> List.of(body.apply(List.of(in.get(0), in.get(1), in.get(2), in.get(3)))));
        }
    }

    @Test
    void masks() {
        check("select", true, in -> List.of(in.get(0).less(in.get(1)).select(in.get(2), in.get(3))));
        check("equal", true, in -> {
            var small = in.get(0).sign();
            return List.of(small.equalTo(in.get(1).sign()).as(F32));
        });
        check("logic", true, in -> {
            var either = in.get(0).less(in.get(1)).or(in.get(1).less(in.get(2)));
            var both = either.and(in.get(0).less(in.get(3)).not());
            return List.of(both.as(F32).times(in.get(1)));
        });
        check(
                "a mask that is one number",
                true,
                in -> List.of(in.get(3)
                        .less(in.get(3).times(2))
                        .select(in.get(0), in.get(1))
                        .times(in.get(2))));
    }

    @Test
    void runningResults() {
        check(
                "sum",
                true,
                in -> List.of(in.get(0).times(in.get(1)).plus(in.get(2)).sum()));
        check("sum of products", true, in -> List.of(in.get(0).times(in.get(1)).sum()));
        check("greatest", true, in -> List.of(in.get(0).abs().max(0)));
        check("a sum used, and others kept", true, in -> {
            var norm = in.get(0).times(in.get(0)).sum().sqrt();
            return List.of(in.get(0).dividedBy(norm), in.get(1).plus(in.get(2)), norm);
        });
    }

    @Test
    void anUpdateOfAnOptimizer() {
        check("update", true, in -> {
            var g = in.get(1);
            var m = in.get(2).times(0.9).plus(g.times(0.1));
            var v = in.get(2).times(in.get(2)).times(0.95).plus(g.times(g).times(0.05));
            var step = m.dividedBy(v.sqrt().plus(1e-8));
            return List.of(in.get(0).times(0.999).minus(step.times(in.get(3))), m);
        });
    }

    @Test
    void whatIsNoArithmeticStaysWithTiles() {
        check("exp", false, in -> List.of(in.get(0).exp()));
        check(
                "of another type",
                false,
                in -> List.of(in.get(0).as(DataType.FLOAT64).times(2)));
        check("16 bits", false, in -> List.of(in.get(0).as(DataType.BFLOAT16)));
    }

    @Test
    void specialNumbers() {
        var inputs = List.of(
                HostTensor.fill(TensorType.of(F32, 1024), i -> switch (i % 7) {
                    case 0 -> Double.NaN;
                    case 1 -> Double.POSITIVE_INFINITY;
                    case 2 -> Double.NEGATIVE_INFINITY;
                    case 3 -> -0.0;
                    case 4 -> 1e-44;
                    default -> i - 500;
                }),
                HostTensor.fill(
                        TensorType.of(F32, 1024), i -> i % 5 == 0 ? -0.0 : i % 3 == 0 ? Double.NaN : 3 - i % 8));
        var fusion = Bench.fusion(inputs.stream().map(HostTensor::type).toList(), in -> {
            var a = in.get(0);
            var b = in.get(1);
            return List.of(
                    a.maximum(b),
                    a.minimum(b),
                    a.sign(),
                    a.dividedBy(b),
                    a.less(b).select(a, b),
                    a.sqrt());
        });
        int before = RUNS.get();
        requireSameBits("special", STRAIGHT.run(fusion, inputs), TILES.run(fusion, inputs));
        assertTrue(RUNS.get() > before);
    }

    @Test
    void aLoopIsTakenOnceItIsFasterThanTiles() {
        var made = new ArrayList<HotFormula>();
        var loops = new TileLoops(new HotFormulas(formula -> {
            var hot = HotFormulas.warmedUp().of(formula);
            made.add(hot);
            return hot;
        }));
        var type = TensorType.of(F32, 1 << 20);
        var fusion = Bench.fusion(List.of(type, type), in -> {
            var sum = in.get(0).times(0.9).plus(in.get(1));
            return List.of(sum.dividedBy(sum.abs().sqrt().plus(1)), sum);
        });
        try (var arena = Arena.ofShared();
                var workers = loops.workers(2)) {
            var in = List.of(filled(arena, type, 1), filled(arena, type, 2));
            var out = List.of(arena.allocate(type.bytes(), 64), arena.allocate(type.bytes(), 64));
            try (var kernel = loops.bind(fusion, in, out, workers)) {
                kernel.run();
                var first = out.stream()
                        .map(segment -> segment.toArray(Lanes.FLOAT))
                        .toList();
                long end = System.nanoTime() + LONG_ENOUGH;
                while (made.getFirst().loop() == null) {
                    assertTrue(System.nanoTime() < end, "no loop was taken");
                    kernel.run();
                }
                kernel.run();
                for (int o = 0; o < out.size(); o++) {
                    assertEquals(-1, out.get(o).mismatch(MemorySegment.ofArray(first.get(o))));
                }
            }
        }
        assertEquals(1, made.size());
    }

    private static MemorySegment filled(Arena arena, TensorType type, long seed) {
        return arena.allocate(type.bytes(), 64)
                .copyFrom(Bench.sample(type, seed).elements());
    }
}
