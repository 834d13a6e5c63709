package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.borealis.device.Compiler.Job;
import org.borealis.device.Eager;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    private static final TensorType VECTOR = TensorType.of(DataType.FLOAT64, 5);

    @Test
    void chainOfPointwiseOperationsRunsInOnePlace() {
        var builder = new Program.Builder("chain");
        var x = builder.input("x", VECTOR);
        var y = x.exp();
        for (int i = 0; i < 10; i++) {
            y = y.tanh().negate();
        }
        builder.output("y", y);
        assertEquals(VECTOR.bytes(), MemoryPlan.of(builder.build(), Set.of()).workspaceBytes());
    }

    @Test
    void replacedInputIsUpdatedWhereItLies() {
        var builder = new Program.Builder("update");
        var weight = builder.input("weight", VECTOR);
        var gradient = builder.input("gradient", VECTOR);
        builder.replace("new", weight, weight.minus(gradient.times(0.5)));
        var plan = MemoryPlan.of(builder.build(), Set.of());
        assertEquals(List.of(), plan.copies());
        try (var numbers = new Numbers();
                var program = new ProgramCompiler().compile(numbers.device(), builder.build(), Map.of())) {
            numbers.write(program.slot("weight"), new double[] {1, 2, 3, 4, 5});
            numbers.write(program.slot("gradient"), new double[] {1, 1, 1, 1, 1});
            program.run();
            program.run();
            assertArrayEquals(new double[] {0, 1, 2, 3, 4}, numbers.read(program.slot("weight")));
            assertSame(program.slot("weight").buffer(), program.slot("new").buffer());
        }
    }

    @Test
    void spentInputIsWrittenOver() {
        var builder = new Program.Builder("update");
        var weight = builder.input("weight", VECTOR);
        var gradient = builder.input("gradient", VECTOR);
        builder.replace("new", weight, weight.minus(gradient.times(0.5).tanh()));
        assertEquals(VECTOR.bytes(), MemoryPlan.of(builder.build(), Set.of()).workspaceBytes());
        assertEquals(
                0,
                MemoryPlan.of(builder.build(), Set.of(), Set.of("gradient", "weight"))
                        .workspaceBytes());
        try (var numbers = new Numbers();
                var program = new ProgramCompiler()
                        .compile(numbers.device(), List.of(new Job(builder.build(), Map.of(), Set.of("gradient"))))
                        .get(0)) {
            numbers.write(program.slot("weight"), new double[] {1, 2, 3, 4, 5});
            numbers.write(program.slot("gradient"), new double[] {0, 0, 0, 0, 1});
            program.run();
            var wanted = new double[] {1, 2, 3, 4, 5 - Math.tanh(0.5)};
            assertArrayEquals(wanted, numbers.read(program.slot("weight")));
        }
    }

    @Test
    void spentInputThatIsHandedOutKeepsItsValue() {
        var builder = new Program.Builder("late");
        var x = builder.input("x", VECTOR);
        var y = x.exp();
        builder.output("y", y.plus(x.times(2)).minus(x));
        builder.output("x", x);
        var plan = MemoryPlan.of(builder.build(), Set.of(), Set.of("x"));
        assertEquals(MemoryPlan.of(builder.build(), Set.of()).workspaceBytes(), plan.workspaceBytes());
        assertEquals(List.of(), plan.copies());
    }

    @Test
    void inputsThatReplaceEachOtherAreSwapped() {
        var builder = new Program.Builder("swap");
        var a = builder.input("a", VECTOR);
        var b = builder.input("b", VECTOR);
        builder.replace("newA", a, b);
        builder.replace("newB", b, a);
        try (var numbers = new Numbers();
                var program = new ProgramCompiler().compile(numbers.device(), builder.build(), Map.of())) {
            numbers.write(program.slot("a"), new double[] {1, 2, 3, 4, 5});
            numbers.write(program.slot("b"), new double[] {6, 7, 8, 9, 10});
            program.run();
            assertArrayEquals(new double[] {6, 7, 8, 9, 10}, numbers.read(program.slot("a")));
            assertArrayEquals(new double[] {1, 2, 3, 4, 5}, numbers.read(program.slot("b")));
        }
    }

    @Test
    void inputReadAfterItsReplacementIsComputedKeepsItsOldValueUntilThen() {
        var builder = new Program.Builder("late");
        var x = builder.input("x", VECTOR);
        var next = x.plus(1);
        builder.replace("next", x, next);
        builder.output("both", x.times(10).plus(next));
        try (var numbers = new Numbers();
                var program = new ProgramCompiler().compile(numbers.device(), builder.build(), Map.of())) {
            numbers.write(program.slot("x"), new double[] {1, 2, 3, 4, 5});
            program.run();
            assertArrayEquals(new double[] {12, 23, 34, 45, 56}, numbers.read(program.slot("both")));
            assertArrayEquals(new double[] {2, 3, 4, 5, 6}, numbers.read(program.slot("x")));
        }
    }

    @Test
    void boundOutputIsWrittenWhereTheCallerWantsIt() {
        var builder = new Program.Builder("out");
        var x = builder.input("x", VECTOR);
        builder.output("view", x.exp().slice(0, 1, 3));
        builder.output("same", x);
        try (var numbers = new Numbers()) {
            var view = Slot.allocate(numbers.device(), TensorType.of(DataType.FLOAT64, 3));
            var same = Slot.allocate(numbers.device(), VECTOR);
            try (var program = new ProgramCompiler()
                    .compile(numbers.device(), builder.build(), Map.of("view", view, "same", same))) {
                numbers.write(program.slot("x"), new double[] {0, 0, 1, 0, 7});
                program.run();
                assertArrayEquals(new double[] {1, Math.E, 1}, numbers.read(view));
                assertArrayEquals(new double[] {0, 0, 1, 0, 7}, numbers.read(same));
            }
        }
    }

    @Test
    void whatDependsOnNoInputRunsOnce() {
        var builder = new Program.Builder("table");
        var x = builder.input("x", VECTOR);
        builder.output("y", x.times(x.iota(0, VECTOR).times(0.5).cos()));
        var program = Share.of(builder.build());
        var plan = MemoryPlan.of(program, Set.of());
        assertEquals(program.nodes().size() - 1, plan.once().cardinality());
    }

    @Test
    void programsCompiledTogetherShareOneWorkspace() {
        var jobs = new ArrayList<Job>();
        for (int size : List.of(10, 1000, 100)) {
            var builder = new Program.Builder("p" + size);
            var x = builder.input("x", TensorType.of(DataType.FLOAT64, size));
            builder.output("y", x.exp().tanh());
            jobs.add(new Job(builder.build(), Map.of()));
        }
        try (var numbers = new Numbers()) {
            var programs = new ProgramCompiler().compile(numbers.device(), jobs);
            assertSame(
                    programs.get(0).slot("y").buffer(),
                    programs.get(1).slot("y").buffer());
            assertEquals(8000, programs.get(0).slot("y").buffer().bytes());
            programs.forEach(p -> p.close());
        }
    }

    @Test
    void plannedProgramsGiveBitwiseWhatStepByStepExecutionGives() {
        try (var numbers = new Numbers()) {
            for (int seed = 0; seed < 200; seed++) {
                check(numbers, seed);
            }
        }
    }

    private static void check(Numbers numbers, int seed) {
        var builder = new Program.Builder("random" + seed);
        var drawn = new ArrayList<>(draw(
                new Random(seed),
                List.of(builder.input("in0", TensorType.of(DataType.FLOAT64, 4, 6)), builder.input("in1", VECTOR))));
        for (int i = 0; i < drawn.size(); i++) {
            if (i == 0 && drawn.get(0).type().equals(VECTOR)) {
                builder.replace("out0", new Tensor(builder, 1, VECTOR), drawn.get(0));
            } else {
                builder.output("out" + i, drawn.get(i));
            }
        }
        var values = List.of(numbers(seed, 24), numbers(seed + 1, 5));
        var planned = numbers.run(builder.build(), values);
        try (var eager = new Eager(numbers.device())) {
            var inputs = List.of(eager.tensor(TensorType.of(DataType.FLOAT64, 4, 6)), eager.tensor(VECTOR));
            for (int i = 0; i < 2; i++) {
                numbers.write(eager.slot(inputs.get(i)), values.get(i));
            }
            var stepped = draw(new Random(seed), inputs);
            for (int i = 0; i < stepped.size(); i++) {
                assertArrayEquals(numbers.read(eager.slot(stepped.get(i))), planned.get(i), "seed " + seed);
            }
        }
    }

    private static double[] numbers(int seed, int count) {
        return new Random(seed).doubles(count, -1, 1).toArray();
    }

    /** Thirty random operations on what is there, several of them views or in place; the last few are the outputs. */
    private static List<Tensor> draw(Random random, List<Tensor> inputs) {
        var pool = new ArrayList<>(inputs);
        for (int i = 0; i < 30; i++) {
            var x = pool.get(pool.size() - 1 - random.nextInt(Math.min(pool.size(), 5)));
            pool.add(
                    switch (random.nextInt(8)) {
                        case 0 -> x.tanh();
                        case 1 -> x.plus(x.times(0.5));
                        case 2 -> x.times(x);
                        case 3 -> x.slice(0, x.dim(0) / 2, x.dim(0) - x.dim(0) / 2);
                        case 4 -> x.reshape(Math.toIntExact(x.shape().elements()));
                        case 5 -> x.minus(x.slice(0, 0, 1));
                        case 6 -> x.sum(0).stretch(x.shape()).minus(x);
                        default -> x.concatenate(0, x.negate()).slice(0, 0, Math.min(2 * x.dim(0), 6));
                    });
        }
        assertTrue(pool.size() == 32, "drew " + pool.size());
        return pool.subList(29, 32);
    }
}
