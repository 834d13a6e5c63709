package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.data.Replicas;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.Muon;
import org.borealis.trainer.fakes.SavedTensors;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** An optimizer that needs whole matrices, on ranks that are threads of this JVM. */
final class OwnedMatricesTest {
    private static final int BATCHES = 4;
    private static final int ROWS = 2;
    private static final int SEQUENCE = 6;
    private static final int VOCABULARY = 48;
    /** Reordered sums of float32: each of a few hundred terms of size 1, at 6e-8 a rounding. */
    private static final double TOLERANCE = 1e-6;

    private static final Muon MUON = new Muon(0.01);
    private static final ModelFamily MODEL = new Gpt(Settings.of(
            GptSettings.class,
            Map.of("layers", 4, "hidden", 16, "heads", 4, "sequence", SEQUENCE, "vocabulary", VOCABULARY)));

    private final ProgramCompiler compiler = new ProgramCompiler();

    /** After some steps: losses, norms, and what a rank writes into a checkpoint. */
    private record Results(List<Double> numbers, List<SavedTensors.Part> parts) {}

    private static SavedTensors saved(List<Results> ranks) {
        return SavedTensors.joined(ranks.stream().map(Results::parts).toList());
    }

    private static Map<String, ParallelStrategy> strategies(int zero) {
        return Map.of(
                "data", new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", zero))),
                "replica", new Replicas(),
                "tensor", new TensorParallel(Settings.of(TensorParallel.Config.class, Map.of())));
    }

    @TestFactory
    Stream<DynamicTest> stepsAreThoseOfOneRank() {
        return Stream.of("data=2", "data=4", "tensor=2", "data=2,tensor=2", "tensor=2,data=2", "replica=2,data=2")
                .flatMap(mesh -> IntStream.rangeClosed(mesh.contains("data") ? 1 : 0, mesh.contains("data") ? 3 : 0)
                        .mapToObj(zero -> dynamicTest(mesh + " zero " + zero, () -> equalOneRank(mesh, zero, MUON))));
    }

    @TestFactory
    Stream<DynamicTest> soTheyAreWhereTheOptimizerWronglySaysThatPartsWillDo() {
        return IntStream.rangeClosed(1, 3)
                .mapToObj(zero -> dynamicTest("zero " + zero, () -> equalOneRank("data=2", zero, new Wrongly(MUON))));
    }

    /** The same updates, of which it says that each element's is its own. */
    private record Wrongly(Optimizer real) implements Optimizer {
        @Override
        public double rate() {
            return real.rate();
        }

        @Override
        public double clip() {
            return real.clip();
        }

        @Override
        public List<State> state(Parameter parameter, DataType type) {
            return real.state(parameter, type);
        }

        @Override
        public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
            return real.update(parameter, value, gradient, state, step);
        }
    }

    private void equalOneRank(String mesh, int zero, Optimizer optimizer) {
        var wanted = steps(Ranks.ALONE, optimizer);
        var ranks = new ThreadRanks(mesh, strategies(zero)).run(rank -> steps(rank, optimizer));
        for (var got : ranks) {
            for (int i = 0; i < wanted.numbers().size(); i++) {
                double number = wanted.numbers().get(i);
                assertEquals(number, got.numbers().get(i), TOLERANCE * number);
            }
        }
        var saved = saved(ranks);
        saved(List.of(wanted)).bytes().forEach((name, tensor) -> {
            var got = Objects.requireNonNull(saved.bytes().get(name), name);
            near(name, values(tensor), values(got));
        });
    }

    private static double[] values(byte[] floats) {
        var elements = MemorySegment.ofArray(floats);
        return IntStream.range(0, floats.length / Float.BYTES)
                .mapToDouble(i -> HostMemory.read(elements, DataType.FLOAT32, i))
                .toArray();
    }

    @TestFactory
    Stream<DynamicTest> sumsInOrderGiveTheBitsOfOneRank() {
        return IntStream.rangeClosed(1, 3)
                .mapToObj(zero -> dynamicTest("zero " + zero, () -> {
                    var wanted = steps(Ranks.ALONE);
                    var ranks = new ThreadRanks("data=4", strategies(zero), true).run(this::steps);
                    ranks.forEach(got -> assertEquals(wanted.numbers(), got.numbers()));
                    var saved = saved(ranks);
                    saved(List.of(wanted))
                            .bytes()
                            .forEach((name, tensor) ->
                                    assertArrayEquals(tensor, saved.bytes().get(name), name));
                }));
    }

    private static void near(String name, double[] wanted, double[] got) {
        double off = length(IntStream.range(0, wanted.length)
                .mapToDouble(i -> got[i] - wanted[i])
                .toArray());
        assertTrue(off <= TOLERANCE * Math.max(1, length(wanted)), name + " is off by " + off);
    }

    private static double length(double[] values) {
        return Math.sqrt(IntStream.range(0, values.length)
                .mapToDouble(i -> values[i] * values[i])
                .sum());
    }

    private Results steps(Ranks ranks) {
        return steps(ranks, MUON);
    }

    private Results steps(Ranks ranks, Optimizer optimizer) {
        var numbers = new ArrayList<Double>();
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, DataType.FLOAT32, MODEL.parameters(), optimizer, ranks);
                var step = new TrainStep(compiler, device, MODEL, optimizer, state, plan(ranks))) {
            state.initialise(1);
            for (int number = 1; number <= 3; number++) {
                step.begin();
                for (int batch = ranks.batch(); batch < BATCHES; batch += ranks.batches()) {
                    step.accumulate(batch(number * BATCHES + batch));
                }
                numbers.add(step.loss());
                double norm = step.gradientNorm();
                numbers.add(norm);
                step.update(number, optimizer.rate(), Math.min(1, 1 / norm));
            }
            numbers.add(step.evaluate(batch(99)));
            return new Results(List.copyOf(numbers), SavedTensors.of(state));
        }
    }

    private static TrainStep.Plan plan(Ranks ranks) {
        return new TrainStep.Plan(
                ROWS, BATCHES / ranks.batches(), new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks);
    }

    private static TokenBatch batch(int seed) {
        var batch = new TokenBatch(ROWS, SEQUENCE);
        for (int row = 0; row < ROWS; row++) {
            var window = new int[SEQUENCE + 1];
            for (int i = 0; i < window.length; i++) {
                window[i] = (seed * 7 + row * 5 + i * i * (seed + 1)) % VOCABULARY;
            }
            batch.set(row, window, SEQUENCE + 1);
        }
        return batch;
    }

    /** Bytes of matrices that a rank remembers, as planned and as taken. */
    private record Remembered(long bytes, long planned, long whole) {}

    @Test
    void eachMatrixIsRememberedByOneRankAndAllByEquallyMany() {
        for (int zero = 1; zero <= 3; zero++) {
            var all = new ThreadRanks("data=4", strategies(zero)).run(this::remembered);
            long whole = all.get(0).whole();
            assertEquals(whole, all.stream().mapToLong(Remembered::bytes).sum());
            for (var rank : all) {
                assertEquals(rank.bytes(), rank.planned());
                assertTrue(rank.bytes() <= whole / 4 * 1.1, "a rank remembers " + rank.bytes() + " bytes of " + whole);
            }
        }
    }

    private Remembered remembered(Ranks ranks) {
        var matrices =
                MODEL.parameters().stream().filter(p -> !MUON.isElementwise(p)).toList();
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, DataType.FLOAT32, MODEL.parameters(), MUON, ranks)) {
            var planned = StepMemory.plan(compiler, device, MODEL, MUON, plan(ranks));
            long vectors = optimizerBytes(
                    state,
                    MODEL.parameters().stream().filter(MUON::isElementwise).toList());
            return new Remembered(
                    optimizerBytes(state, matrices),
                    planned.optimizer() - vectors,
                    matrices.stream().mapToLong(p -> 4 * p.shape().elements()).sum());
        }
    }

    private static long optimizerBytes(TrainState state, List<Parameter> parameters) {
        return parameters.stream()
                .flatMap(p -> MUON.state(p, DataType.FLOAT32).stream().map(s -> TrainState.memory(p, s)))
                .map(name -> Optional.ofNullable(state.slots().get(name)))
                .flatMap(Optional::stream)
                .mapToLong(slot -> slot.type().bytes())
                .sum();
    }
}
