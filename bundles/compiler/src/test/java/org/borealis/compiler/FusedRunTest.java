package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.borealis.device.Device;
import org.borealis.device.Rematerialisation;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fused programs give the same bits as the others, on a device that runs a fusion node by node. */
class FusedRunTest {
    private final Numbers numbers = new Numbers();
    private final ProgramCompiler compiler = new ProgramCompiler();

    @AfterEach
    void close() {
        numbers.close();
    }

    private static final Predicate<Fusion> ALL = fusion -> true;

    /** Refuses many fusions, for no reason but always the same ones. */
    private static Predicate<Fusion> moody(int seed) {
        return fusion -> (fusion.label().hashCode() * 31 + seed) % 3 != 0;
    }

    /** Takes no sums, so that rows end where a sum begins. */
    private static boolean isPointwise(Fusion fusion) {
        return fusion.body().nodes().stream().noneMatch(node -> node.op() instanceof Reduce);
    }

    private List<double[]> run(Device device, Program program, int seed, int runs) {
        try (var executable = compiler.compile(device, program, Map.of())) {
            for (int i = 0; i < program.inputs().size(); i++) {
                var input = program.inputs().get(i);
                numbers.write(executable.slot(input.name()), values(input.type(), seed + i));
            }
            for (int run = 0; run < runs; run++) {
                executable.run();
            }
            return program.outputs().stream()
                    .map(output -> numbers.read(executable.slot(output.name())))
                    .toList();
        }
    }

    private static double[] values(TensorType type, int seed) {
        var random = new Random(seed);
        int count = Math.toIntExact(type.shape().elements());
        return type.type().isFloat()
                ? random.doubles(count, 0.01, 1).toArray()
                : random.ints(count, 0, 5).asDoubleStream().toArray();
    }

    /** @return the fusions that ran */
    private List<Fusion> check(Program program, Predicate<Fusion> claims, int seed, int runs) {
        var device = new FusingDevice(numbers.device(), claims);
        var plain = run(numbers.device(), program, seed, runs);
        var fused = run(device, program, seed, runs);
        for (int i = 0; i < plain.size(); i++) {
            assertArrayEquals(
                    plain.get(i), fused.get(i), program.outputs().get(i).name() + " of " + program.name());
        }
        return device.bound();
    }

    @Test
    void randomProgramsGiveTheSameBits() {
        int fusions = 0;
        for (int seed = 0; seed < 50; seed++) {
            var program = random(seed);
            fusions += check(program, ALL, seed, 2).size();
            fusions += check(program, moody(seed), seed, 2).size();
            fusions += check(program, FusedRunTest::isPointwise, seed, 2).size();
        }
        assertTrue(fusions > 300, "only " + fusions + " fusions");
    }

    /** Forty random operations; the last few values are outputs, two of which replace inputs. */
    private static Program random(int seed) {
        var random = new Random(seed);
        var builder = new Program.Builder("random" + seed);
        var matrix = builder.input("matrix", TensorType.of(DataType.FLOAT64, 4, 6));
        var other = builder.input("other", matrix.type());
        var pool = new ArrayList<Tensor>(List.of(matrix, other));
        for (int i = 0; i < 40; i++) {
            var x = pool.get(random.nextInt(pool.size()));
            var y = pool.get(pool.size() - 1 - random.nextInt(Math.min(pool.size(), 6)));
            pool.add(draw(random, x, y));
        }
        builder.replace("matrix", matrix, pool.get(pool.size() - 1));
        builder.replace("other", other, pool.get(pool.size() - 2));
        builder.output("third", pool.get(pool.size() - 3));
        builder.output("sum", pool.get(pool.size() - 4).sum());
        builder.output("view", pool.get(pool.size() - 5).reshape(3, 8));
        return builder.build();
    }

    private static Tensor draw(Random random, Tensor x, Tensor y) {
        return switch (random.nextInt(15)) {
            case 0 -> x.tanh();
            case 1 -> x.plus(y.times(0.5));
            case 2 -> x.minus(y);
            case 3 -> x.times(y.mean(1));
            case 4 -> x.sum(0).stretch(y.shape()).minus(y);
            case 5 -> x.minus(x.max(1)).exp();
            case 6 -> x.less(y).select(x, y.scalar(0.25));
            case 7 ->
                x.iota(1, TensorType.of(DataType.INT32, 1, 6))
                        .less(x.scalar(3).as(DataType.INT32))
                        .select(x, y);
            case 8 -> x.reshape(24).times(y.reshape(24)).reshape(4, 6);
            case 9 -> x.sum().stretch(Shape.of(24)).reshape(4, 6).plus(y);
            case 10 -> x.as(DataType.FLOAT32).cos().as(DataType.FLOAT64).times(y);
            case 11 -> x.reshape(6, 4).transpose(1, 0).plus(y); // the transpose is a border
            case 12 -> x.matmul(false, y, true).matmul(y).tanh();
            case 13 -> x.fill(0.125).plus(y.sum(1).sum(0));
            default -> x.reshape(2, 2, 6).sum(0).reshape(2, 6).concatenate(0, y.slice(0, 1, 2));
        };
    }

    @Test
    void updatesInPlaceGoOnFromTheirOwnResults() {
        var program = FuseTest.adamW(TensorType.of(DataType.FLOAT32, 129), TensorType.of(DataType.FLOAT64, 3, 5));
        assertFalse(check(program, ALL, 1, 3).isEmpty());
        check(program, moody(1), 1, 3);
        check(program, fusion -> fusion.body().nodes().size() < 7, 1, 3);
    }

    @Test
    void wholeModelsTrainToTheSameBits() {
        for (var model : List.of(Models.gpt(2, 8, 5), Models.llama(2, 8, 5))) {
            for (var type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
                var program = Models.gradients(model, type, 2);
                assertTrue(check(program, ALL, 3, 1).size() > 20);
                check(program, moody(2), 3, 1);
                check(program, FusedRunTest::isPointwise, 3, 1);
            }
        }
    }

    @Test
    void fusionNeedsNoMoreMemory() {
        for (var model : List.of(Models.gpt(4, 32, 64), Models.llama(4, 32, 64))) {
            var whole = Models.gradients(model, DataType.FLOAT32, 4);
            for (var policy : List.of(new Rematerialisation.None(), new Rematerialisation.Every(1))) {
                var program = compiler.rematerialise(whole, "loss", policy);
                requireNoMoreMemory(program);
            }
        }
    }

    private void requireNoMoreMemory(Program program) {
        try (var plain = compiler.compile(numbers.device(), program, Map.of());
                var fused = compiler.compile(new FusingDevice(numbers.device(), ALL), program, Map.of())) {
            assertTrue(
                    fused.workspaceBytes() <= plain.workspaceBytes(),
                    fused.workspaceBytes() + " bytes, unfused " + plain.workspaceBytes());
        }
    }

    @Test
    void boundOutputsAndDonationsKeepTheirPlaces() {
        var program = FuseTest.adamW(TensorType.of(DataType.FLOAT64, 5));
        var type = TensorType.of(DataType.FLOAT64, 5);
        var device = new FusingDevice(numbers.device(), ALL);
        var parameter = Slot.allocate(device, type);
        try (var executable = compiler.compile(device, program, Map.of("parameter0", parameter))) {
            numbers.write(executable.slot("rate"), new double[] {0.5});
            numbers.write(executable.slot("number"), new double[] {1});
            numbers.write(executable.slot("scale"), new double[] {1});
            numbers.write(executable.slot("gradient0"), new double[] {1, 1, 1, -1, -1});
            numbers.write(parameter, new double[5]);
            executable.run();
            assertArrayEquals(new double[] {-0.5, -0.5, -0.5, 0.5, 0.5}, numbers.read(parameter), 1e-6);
        }
        assertEquals(2, device.bound().size()); // the scalars and the update
    }
}
