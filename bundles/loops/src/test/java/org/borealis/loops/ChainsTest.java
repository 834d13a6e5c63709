package org.borealis.loops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Bodies made at random, against their decomposition run by the reference backend. */
class ChainsTest {
    private static final Bench BENCH = new Bench(2);
    private static final Bench ALONE = new Bench(1);
    private static final List<Shape> WHOLE = List.of(
            Shape.of(1),
            Shape.of(3),
            Shape.of(1025),
            Shape.of(3, 43),
            Shape.of(5, 3, 7),
            Shape.of(2, 3, 1, 5),
            Shape.of(20, 1300),
            Shape.of(200, 200),
            Shape.of(1, 1, 1));

    @AfterAll
    static void close() {
        BENCH.close();
        ALONE.close();
    }

    private record Case(Fusion fusion, List<HostTensor> inputs) {}

    /** Exactly rounded operations on broadcast inputs of all types. */
    private static Case pointwise(long seed) {
        var random = new Random(seed);
        var whole = WHOLE.get(random.nextInt(WHOLE.size()));
        var types = new ArrayList<TensorType>();
        types.add(new TensorType(DataType.FLOAT32, whole));
        for (int i = random.nextInt(4); i >= 0; i--) {
            types.add(new TensorType(type(random), part(random, whole)));
        }
        var fusion = Bench.fusion(types, in -> {
            var pool = new ArrayList<>(in);
            for (int i = 3 + random.nextInt(12); i >= 0; i--) {
                pool.add(step(random, pool));
            }
            var results = new ArrayList<>(List.of(pool.get(pool.size() - 1)));
            for (int i = random.nextInt(3); i > 0; i--) {
                results.add(pool.get(random.nextInt(pool.size())));
            }
            return results;
        });
        return new Case(fusion, samples(types, seed));
    }

    private static List<HostTensor> samples(List<TensorType> types, long seed) {
        var inputs = new ArrayList<HostTensor>();
        for (int i = 0; i < types.size(); i++) {
            inputs.add(Bench.sample(types.get(i), 31 * seed + i));
        }
        return inputs;
    }

    private static DataType type(Random random) {
        return DataType.values()[random.nextInt(DataType.values().length)];
    }

    private static Shape part(Random random, Shape whole) {
        var part = whole;
        for (int d = 0; d < whole.rank(); d++) {
            part = random.nextInt(3) == 0 ? part.with(d, 1) : part;
        }
        return part;
    }

    private static Tensor step(Random random, List<Tensor> pool) {
        var a = pool.get(pool.size() - 1 - random.nextInt(Math.min(4, pool.size())));
        var b = pool.get(random.nextInt(pool.size()));
        var type = a.type().type();
        if (type == DataType.BOOL) {
            return switch (random.nextInt(4)) {
                case 0 -> a.not();
                case 1 -> a.and(b.as(type));
                case 2 -> a.select(b, b.scalar(2));
                default -> a.as(type(random));
            };
        }
        return switch (random.nextInt(13)) {
            case 0 -> a.plus(b.as(type));
            case 1 -> a.minus(b.as(type));
            case 2 -> a.times(b.as(type));
            case 3 -> type.isFloat() ? a.dividedBy(b.as(type)) : a.plus(3);
            case 4 -> a.maximum(b.as(type));
            case 5 -> a.minimum(b.as(type));
            case 6 -> a.less(b.as(type));
            case 7 -> a.equalTo(b.as(type));
            case 8 -> type.isFloat() ? a.abs().sqrt() : a.maximum(a.scalar(2));
            case 9 -> type.isFloat() ? a.floor() : a.minus(1);
            case 10 -> a.scalar(1.7).minus(a);
            case 11 ->
                a.reshape(Shape.of((int) a.shape().elements())).times(0.5).reshape(a.shape());
            default -> a.as(type(random));
        };
    }

    @Test
    void aChainEqualsItsDecompositionBitForBit() {
        int accepted = 0;
        for (long seed = 0; seed < 300; seed++) {
            var made = pointwise(seed);
            var what = "seed " + seed + " " + made.fusion().body();
            if (!BENCH.accepts(made.fusion())) {
                continue; // results that have nothing in common
            }
            accepted++;
            var want = BENCH.decomposed(made.fusion(), made.inputs());
            Closeness.requireUlps(what, BENCH.run(made.fusion(), made.inputs()), want, 0);
            Closeness.requireUlps(what, BENCH.runInPlace(made.fusion(), made.inputs()), want, 0);
        }
        assertTrue(accepted > 270, accepted + " of 300");
    }

    /** Stages of pointwise operations with sums and maxima of one direction or of both between them. */
    private static Case reducing(long seed) {
        var random = new Random(seed);
        var shape = List.of(Shape.of(7, 129), Shape.of(33, 5), Shape.of(3, 5, 64), Shape.of(6, 2500), Shape.of(8000, 3))
                .get(random.nextInt(5));
        var types = List.of(
                new TensorType(random.nextBoolean() ? DataType.FLOAT32 : DataType.FLOAT64, shape),
                new TensorType(DataType.FLOAT32, part(random, shape)),
                new TensorType(DataType.BFLOAT16, shape));
        var fusion = Bench.fusion(types, in -> {
            var type = in.get(0).type().type();
            var x = in.get(0).plus(in.get(1).as(type));
            var results = new ArrayList<Tensor>();
            for (int stage = random.nextInt(3); stage >= 0; stage--) {
                var joined = random.nextBoolean() ? x.times(x).sum(-1) : x.abs().max(-1);
                results.add(joined);
                x = x.times(0.5).dividedBy(joined.plus(1).sqrt()).plus(in.get(2).as(type));
            }
            if (random.nextBoolean()) {
                var rows = x.reshape((int) (x.shape().elements() / x.dim(-1)), x.dim(-1));
                results.add(random.nextBoolean() ? rows.sum(0).reshape(x.dim(-1)) : rows.max(0));
            }
            if (random.nextBoolean()) {
                results.add(x.times(x).sum());
                results.add(x.times(x).sum().plus(1).sqrt());
            }
            if (random.nextInt(3) == 0) {
                results.add(x.dividedBy(x.times(x).sum().plus(1)));
            }
            results.add(x);
            return results;
        });
        return new Case(fusion, samples(types, seed));
    }

    @Test
    void aChainWithReductionsIsCloseToItsDecomposition() {
        for (long seed = 0; seed < 100; seed++) {
            var made = reducing(seed);
            var what = "seed " + seed + " " + made.fusion().body();
            assertTrue(BENCH.accepts(made.fusion()), what);
            var got = BENCH.run(made.fusion(), made.inputs());
            Closeness.requireScaled(what, got, BENCH.decomposed(made.fusion(), made.inputs()), 400);
            var alone = ALONE.run(made.fusion(), made.inputs());
            for (int o = 0; o < got.size(); o++) {
                assertEquals(-1, got.get(o).elements().mismatch(alone.get(o).elements()), what);
            }
        }
    }
}
