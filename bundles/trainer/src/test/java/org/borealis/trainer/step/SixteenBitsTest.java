package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.Counting;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.Muon;
import org.borealis.trainer.fakes.SavedTensors;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Parameters in 16 bits with masters in float32, on ranks that are threads of this JVM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SixteenBitsTest {
    private static final int ROWS = 2;
    private static final int SEQUENCE = 6;
    private static final int VOCABULARY = 48;
    private static final int PARAMETER_BYTES = 2;
    private static final Optimizer MOMENTUM = new Momentum(0.5, 1);
    private static final Precision WIDE_SUMS = new Precision(DataType.BFLOAT16);
    private static final Precision NARROW_SUMS = new Precision(DataType.BFLOAT16, DataType.BFLOAT16);
    /** Float32 that is added in another order now and then tips a rounding to bfloat16, of 1/256, in one of many places. */
    private static final double WIDE_TOLERANCE = 2e-3;
    /** Eight summands of a gradient, or two of an activation, each rounded to 1/256, in another order. */
    private static final double NARROW_TOLERANCE = 1e-2;

    private static final ModelFamily MODEL = new Gpt(Settings.of(
            GptSettings.class,
            Map.of("layers", 2, "hidden", 16, "heads", 4, "sequence", SEQUENCE, "vocabulary", VOCABULARY)));

    private final ProgramCompiler compiler = new ProgramCompiler();
    /** What one rank gives, for all that are compared with it. */
    private final Map<Case, Results> alone = new HashMap<>();

    /** @param batches of all ranks in a step */
    private record Case(Precision precision, int batches, Optimizer optimizer, Offload offload) {
        double tolerance(String mesh) {
            return precision.equals(WIDE_SUMS) && !mesh.contains("tensor") ? WIDE_TOLERANCE : NARROW_TOLERANCE;
        }

        StepPlan plan(Ranks ranks) {
            int micro = batches / ranks.batches();
            return new StepPlan(ROWS, micro, precision, new Rematerialisation.None(), ranks, offload);
        }

        TrainState state(org.borealis.device.Device device, Ranks ranks) {
            return new TrainState(device, precision.kept(), MODEL.parameters(), optimizer, ranks, Keeping.ALL, offload);
        }

        @Override
        public String toString() {
            return "gradients in " + precision.gradients().label() + ", " + batches + " batches";
        }
    }

    /** After some steps: losses, norms, and what a rank writes into a checkpoint. */
    private record Results(List<Double> numbers, List<SavedTensors.Part> parts) {}

    private static SavedTensors saved(List<Results> ranks) {
        return SavedTensors.joined(ranks.stream().map(Results::parts).toList());
    }

    private static Map<String, ParallelStrategy> strategies(int zero) {
        return Map.of(
                "data", new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", zero))),
                "tensor", new TensorParallel(Settings.of(TensorParallel.Config.class, Map.of())));
    }

    private static Case of(Precision precision, int batches) {
        return new Case(precision, batches, MOMENTUM, Offload.NONE);
    }

    private Results steps(Case one, Ranks ranks, long first, long last, Optional<SavedTensors> before) {
        var numbers = new ArrayList<Double>();
        try (var device = new ReferenceBackend().open();
                var state = one.state(device, ranks);
                var step = new TrainStep(compiler, device, MODEL, one.optimizer(), state, one.plan(ranks))) {
            before.ifPresentOrElse(state::load, () -> state.initialise(1));
            for (long number = first; number <= last; number++) {
                step.begin(one.batches() / ranks.batches());
                for (int batch = ranks.batch(); batch < one.batches(); batch += ranks.batches()) {
                    step.accumulate(batch((int) number * one.batches() + batch));
                }
                numbers.add(step.loss());
                double norm = step.gradientNorm();
                numbers.add(norm);
                var pace = new Optimizer.Pace(number, 0.05, 1);
                step.update(pace, Math.min(1, 1 / norm), one.optimizer().numbers());
            }
            numbers.add(step.evaluate(batch(99)));
            return new Results(List.copyOf(numbers), SavedTensors.of(state));
        }
    }

    private Results steps(Case one, Ranks ranks) {
        return steps(one, ranks, 1, 3, Optional.empty());
    }

    private Results alone(Case one) {
        return alone.computeIfAbsent(one, _ -> steps(one, Ranks.ALONE));
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

    @TestFactory
    Stream<DynamicTest> stepsAreThoseOfOneRank() {
        return Stream.of(WIDE_SUMS, NARROW_SUMS)
                .flatMap(precision -> Stream.of(of(precision, 2), of(precision, 8)))
                .flatMap(one -> Stream.concat(
                        IntStream.rangeClosed(0, 3).mapToObj(zero -> test(one, "data=2", zero)),
                        Stream.of(test(one, "tensor=2", 0), test(one, "data=2,tensor=2", 1))));
    }

    @TestFactory
    Stream<DynamicTest> soTheyAreWhereMatricesHaveOwners() {
        return IntStream.rangeClosed(1, 3)
                .mapToObj(zero -> test(new Case(WIDE_SUMS, 4, new Muon(0.01), Offload.NONE), "data=2", zero));
    }

    private DynamicTest test(Case one, String mesh, int zero) {
        return dynamicTest(one + ", " + mesh + " zero " + zero, () -> equalOneRank(one, mesh, zero));
    }

    private void equalOneRank(Case one, String mesh, int zero) {
        var wanted = alone(one);
        var ranks = new ThreadRanks(mesh, strategies(zero)).run(rank -> steps(one, rank));
        for (var got : ranks) {
            for (int i = 0; i < wanted.numbers().size(); i++) {
                double number = wanted.numbers().get(i);
                assertEquals(number, got.numbers().get(i), one.tolerance(mesh) * number);
            }
        }
        var saved = saved(ranks);
        saved(List.of(wanted)).bytes().forEach((name, tensor) -> {
            var type = Objects.requireNonNull(saved.types().get(name), name).type();
            var got = Objects.requireNonNull(saved.bytes().get(name), name);
            near(name, values(tensor, type), values(got, type), one.tolerance(mesh));
        });
        parametersAreRoundedMasters(saved);
    }

    private static void parametersAreRoundedMasters(SavedTensors saved) {
        for (var parameter : MODEL.parameters()) {
            var masters = Objects.requireNonNull(saved.bytes().get("optimizer/" + parameter.name() + "/master"));
            var rounded = new byte[masters.length / Float.BYTES * PARAMETER_BYTES];
            HostMemory.write(MemorySegment.ofArray(rounded), DataType.BFLOAT16, values(masters, DataType.FLOAT32));
            assertArrayEquals(rounded, saved.bytes().get(TrainState.parameter(parameter)), parameter.name());
        }
    }

    private static double[] values(byte[] bytes, DataType type) {
        var values = new double[bytes.length / type.bytes()];
        HostMemory.read(MemorySegment.ofArray(bytes), type, 0, values);
        return values;
    }

    private static void near(String name, double[] wanted, double[] got, double tolerance) {
        double off = length(IntStream.range(0, wanted.length)
                .mapToDouble(i -> got[i] - wanted[i])
                .toArray());
        assertTrue(off <= tolerance * Math.max(1, length(wanted)), name + " is off by " + off);
    }

    private static double length(double[] values) {
        return Math.sqrt(IntStream.range(0, values.length)
                .mapToDouble(i -> values[i] * values[i])
                .sum());
    }

    private static void assertSame(List<Results> wanted, List<Results> got) {
        for (var rank : got) {
            assertEquals(wanted.getFirst().numbers(), rank.numbers());
        }
        var saved = saved(got).bytes();
        var bytes = saved(wanted).bytes();
        assertEquals(bytes.keySet(), saved.keySet());
        bytes.forEach((name, tensor) -> assertArrayEquals(tensor, saved.get(name), name));
    }

    @TestFactory
    Stream<DynamicTest> sumsInOrderGiveTheBitsOfOneRank() {
        return Stream.of(WIDE_SUMS, NARROW_SUMS)
                .flatMap(precision -> IntStream.rangeClosed(0, 3).mapToObj(zero -> {
                    var one = of(precision, 4);
                    return dynamicTest(
                            one + " zero " + zero,
                            () -> assertSame(
                                    List.of(alone(one)),
                                    new ThreadRanks("data=2", strategies(zero), true).run(rank -> steps(one, rank))));
                }));
    }

    @Test
    void mastersAreOffloadedWithAllElseThatIsRemembered() {
        var one = of(NARROW_SUMS, 4);
        var elsewhere = new Case(NARROW_SUMS, 4, MOMENTUM, new Offload.Host());
        assertSame(List.of(alone(one)), List.of(steps(elsewhere, Ranks.ALONE)));
    }

    @Test
    void aResumedRunRepeatsAnUnbrokenOneOnAnyMeshInExactMode() {
        var one = of(NARROW_SUMS, 4);
        var whole = steps(one, Ranks.ALONE, 1, 4, Optional.empty());
        var half = saved(
                new ThreadRanks("data=2", strategies(1), true).run(ranks -> steps(one, ranks, 1, 2, Optional.empty())));
        var rest =
                new ThreadRanks("data=4", strategies(3), true).run(ranks -> steps(one, ranks, 3, 4, Optional.of(half)));
        assertEquals(whole.numbers().subList(4, 9), rest.getFirst().numbers());
        var bytes = saved(List.of(whole)).bytes();
        saved(rest).bytes().forEach((name, tensor) -> assertArrayEquals(bytes.get(name), tensor, name));
    }

    @Test
    void aCheckpointWithWideParametersIsRefused() {
        var wide = saved(List.of(steps(of(new Precision(DataType.FLOAT32), 2), Ranks.ALONE)));
        var refused = assertThrows(
                BorealisException.class, () -> steps(of(WIDE_SUMS, 2), Ranks.ALONE, 1, 2, Optional.of(wide)));
        assertTrue(
                refused.getMessage().contains("by a version of Borealis that kept parameters in float32"),
                refused.getMessage());
    }

    /** So what training in 16 bits gives is what it gave when masters were the parameters. */
    @Test
    void lossAndGradientsHaveTheBitsOfWideParametersThatAreConvertedWhereTheyAreUsed() {
        var trace = of(WIDE_SUMS, 2).plan(Ranks.ALONE).trace(MODEL, MOMENTUM);
        var names = MODEL.parameters().stream().map(TrainState::parameter).toList();
        var loss = of(WIDE_SUMS, 2).plan(Ranks.ALONE).loss(compiler, MODEL);
        var wide = compiler.differentiate(loss, StepTrace.LOSS, names);
        var wanted = outputs(wide, new Precision(DataType.FLOAT32));
        var got = outputs(trace.narrow(compiler, wide), WIDE_SUMS);
        assertEquals(wanted.keySet(), got.keySet());
        wanted.forEach((name, bytes) -> assertArrayEquals(bytes, got.get(name), name));
    }

    private Map<String, byte[]> outputs(Program program, Precision precision) {
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, precision.kept(), MODEL.parameters(), MOMENTUM);
                var executable = compiler.compile(device, program, state.parameterSlots())) {
            state.initialise(1);
            try (var arena = Arena.ofConfined()) {
                var ids = arena.allocate(4L * ROWS * SEQUENCE);
                HostMemory.write(ids, batch(7).tokens());
                device.write(executable.slot(StepTrace.TOKENS), ids);
                device.write(executable.slot(StepTrace.TARGETS), ids);
                executable.run();
                var outputs = new HashMap<String, byte[]>();
                program.outputs()
                        .forEach(output -> outputs.put(
                                output.name(),
                                Slots.read(device, executable.slot(output.name()), arena)
                                        .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)));
                return outputs;
            }
        }
    }

    /** Rajbhandari et al. 2020, with one moment of four bytes where Adam has two. */
    @TestFactory
    Stream<DynamicTest> aRankKeepsWhatTheFormulasOfZeroSay() {
        return IntStream.rangeClosed(0, 3)
                .mapToObj(zero -> dynamicTest("zero " + zero, () -> {
                    long parameters = MODEL.parameters().stream()
                            .mapToLong(p -> p.shape().elements())
                            .sum();
                    var one = of(NARROW_SUMS, 8);
                    double wanted =
                            List.of(12.0, 4 + 8 / 2.0, 2 + 10 / 2.0, 12 / 2.0).get(zero) * parameters;
                    for (long bytes : new ThreadRanks("data=2", strategies(zero)).run(ranks -> kept(one, ranks))) {
                        assertEquals(wanted, bytes, 0.01 * wanted);
                    }
                }));
    }

    @Test
    void ranksSendHalfTheBytesOfWhatIsInSixteenBits() {
        var wide = sent(new Precision(DataType.FLOAT32));
        assertEquals(Map.of("reduce-scatter", 1.0, "all-gather", 0.5), shares(sent(WIDE_SUMS), wide));
        assertEquals(Map.of("reduce-scatter", 0.5, "all-gather", 0.5), shares(sent(NARROW_SUMS), wide));
    }

    /** Of gradients and parameters; numbers, such as of norms, are few. */
    private Map<String, Long> sent(Precision precision) {
        var bytes = new HashMap<String, Long>();
        new ThreadRanks("data=2", strategies(1))
                        .run(ranks -> {
                            var plan = of(precision, 8).plan(ranks);
                            return StepTraffic.plan(compiler, MODEL, MOMENTUM, plan);
                        })
                        .getFirst()
                        .stream()
                        .filter(each -> each.bytes() > 100)
                        .forEach(each -> bytes.put(each.operation(), each.bytes()));
        return bytes;
    }

    private static Map<String, Double> shares(Map<String, Long> some, Map<String, Long> all) {
        var shares = new HashMap<String, Double>();
        some.forEach((name, bytes) -> shares.put(name, (double) bytes / Objects.requireNonNull(all.get(name), name)));
        return shares;
    }

    private long kept(Case one, Ranks ranks) {
        var plan = one.plan(ranks);
        try (var device = new Counting(new ReferenceBackend().open());
                var state = one.state(device, ranks);
                var step = new TrainStep(compiler, device, MODEL, one.optimizer(), state, plan)) {
            var planned = StepMemory.plan(compiler, device, MODEL, one.optimizer(), plan);
            assertEquals(device.bytes(), planned.total());
            step.begin(plan.micro());
            return planned.fixed();
        }
    }
}
