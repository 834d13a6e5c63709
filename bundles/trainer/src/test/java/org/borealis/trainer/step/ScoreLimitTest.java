package org.borealis.trainer.step;

import static org.borealis.trainer.fakes.OptimizerTrial.saved;
import static org.borealis.trainer.fakes.OptimizerTrial.strategies;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.optimizer.matrix.Muon;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.expert.ExpertParallel;
import org.borealis.parallel.ulysses.Ulysses;
import org.borealis.pipeline.schedules.OneForwardOneBackward;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.composite.QkClip;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.OptimizerTrial;
import org.borealis.trainer.fakes.SavedTensors;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.fakes.Tower;
import org.borealis.trainer.ranks.Pipeline;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** MuonClip: the greatest score of each head over a step's batches, and what an update makes of weights whose head has too great a one. */
final class ScoreLimitTest {
    private static final int SEQUENCE = 6;
    private static final int VOCABULARY = 48;
    private static final double THRESHOLD = 4;
    private static final double ALPHA = 0.3;
    /** Float64 sums of a few dozen terms, made in another order. */
    private static final double TOLERANCE = 1e-10;

    /** Weights so large that some heads' scores are, and others' are not. */
    private static final Map<String, Object> SIZES = Map.of(
            "layers",
            2,
            "hidden",
            8,
            "heads",
            4,
            "sequence",
            SEQUENCE,
            "vocabulary",
            VOCABULARY,
            "initialDeviation",
            0.6);

    private static final ModelFamily GPT = new Gpt(Settings.of(GptSettings.class, SIZES));
    private static final ModelFamily LLAMA = new Llama(Settings.of(LlamaSettings.class, with(SIZES, "feedForward", 8)));
    private static final ModelFamily GROUPED = new Llama(Settings.of(
            LlamaSettings.class, with(with(SIZES, "feedForward", 8), "keyValueHeads", 2, "bias.queryKeyValue", true)));
    private static final Map<String, ModelFamily> MODELS = Map.of("gpt", GPT, "llama", LLAMA, "grouped", GROUPED);

    private final ProgramCompiler compiler = new ProgramCompiler();

    private static Map<String, Object> with(Map<String, Object> settings, Object... more) {
        var all = new HashMap<>(settings);
        for (int i = 0; i < more.length; i += 2) {
            all.put((String) more[i], more[i + 1]);
        }
        return all;
    }

    private static Optimizer muon(double threshold) {
        return muon(threshold, 0.1);
    }

    private static Optimizer muon(double threshold, double rate) {
        return new Muon(Settings.of(
                Muon.Config.class, Map.of("qkClip.threshold", threshold, "qkClip.alpha", ALPHA, "rate", rate)));
    }

    private static StepPlan plan(DataType type, int rows, int micro) {
        return new StepPlan(rows, micro, new Precision(type));
    }

    private static TokenBatch batch(int seed, int rows) {
        var batch = new TokenBatch(rows, SEQUENCE);
        for (int row = 0; row < rows; row++) {
            var window = new int[SEQUENCE + 1];
            for (int i = 0; i < window.length; i++) {
                window[i] = ((seed + row) * 7 + i * i * (seed + row + 1)) % VOCABULARY;
            }
            batch.set(row, window, SEQUENCE + 1);
        }
        return batch;
    }

    /** What a run holds after some steps on the same four sequences, and the greatest scores of the last of them. */
    private record Result(SavedTensors saved, double[] scores) {
        double[] get(String name, DataType type) {
            var bytes =
                    MemorySegment.ofArray(Objects.requireNonNull(saved.bytes().get(name), name));
            var values = new double[(int) (bytes.byteSize() / type.bytes())];
            HostMemory.read(bytes, type, 0, values);
            return values;
        }
    }

    private Result steps(ModelFamily model, Optimizer optimizer, StepPlan plan, int count) {
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, plan.precision().kept(), model.parameters(), optimizer);
                var step = new TrainStep(compiler, device, model, optimizer, state, plan)) {
            state.initialise(1);
            for (int number = 1; number <= count; number++) {
                step.begin(plan.micro());
                for (int i = 0; i < plan.micro(); i++) {
                    step.accumulate(batch(i * plan.rows(), plan.rows()));
                }
                step.update(number, optimizer.rate(), 1 / Math.max(1, step.gradientNorm()));
            }
            var scores = new ArrayList<Double>();
            for (var slot : step.scores().values()) {
                var values = new double[(int) slot.type().shape().elements()];
                try (var arena = java.lang.foreign.Arena.ofConfined()) {
                    HostMemory.read(Slots.read(device, slot, arena), slot.type().type(), 0, values);
                }
                for (double value : values) {
                    scores.add(value);
                }
            }
            return new Result(
                    SavedTensors.joined(List.of(SavedTensors.of(state))),
                    scores.stream().mapToDouble(x -> x).toArray());
        }
    }

    private Stream<DynamicTest> ofEachModel(java.util.function.Consumer<ModelFamily> test) {
        return MODELS.entrySet().stream().map(each -> dynamicTest(each.getKey(), () -> test.accept(each.getValue())));
    }

    /** The greatest scores of a model's first step. */
    private double[] first(ModelFamily model) {
        var begun = steps(model, muon(0), plan(DataType.FLOAT64, 4, 1), 0);
        return HandMadeScores.of(model, begun::get, batch(0, 4));
    }

    @TestFactory
    Stream<DynamicTest> aStepDoesWhatTheAlgorithmSaysComputedByHand() {
        return ofEachModel(model -> {
            var plan = plan(DataType.FLOAT64, 4, 1);
            var scores = first(model);
            double threshold = Arrays.stream(scores)
                    .sorted()
                    .skip(scores.length / 2)
                    .findFirst()
                    .orElseThrow();
            var free = steps(model, muon(0), plan, 1);
            var limited = steps(model, muon(threshold), plan, 1);
            assertArrayEquals(scores, limited.scores(), TOLERANCE);
            for (var parameter : model.parameters()) {
                var name = TrainState.parameter(parameter);
                var wanted = free.get(name, DataType.FLOAT64);
                var factors = HandMadeScores.factors(model, parameter, scores, threshold, ALPHA);
                int row = wanted.length / factors.length;
                for (int i = 0; i < wanted.length; i++) {
                    wanted[i] *= factors[i / row];
                }
                assertArrayEquals(wanted, limited.get(name, DataType.FLOAT64), TOLERANCE, name);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> batchesTogetherAndApartHaveTheSameGreatestScores() {
        return ofEachModel(model -> {
            var together = steps(model, muon(THRESHOLD), plan(DataType.FLOAT64, 4, 1), 2);
            var apart = steps(model, muon(THRESHOLD), plan(DataType.FLOAT64, 1, 4), 2);
            assertArrayEquals(together.scores(), apart.scores(), 1e-6);
        });
    }

    @TestFactory
    Stream<DynamicTest> scoresThatAreTooGreatComeDownToTheThreshold() {
        return ofEachModel(model -> {
            double threshold = greatest(first(model)) / 4;
            var limited = steps(model, muon(threshold, 0.01), plan(DataType.FLOAT32, 4, 1), 3);
            assertEquals(
                    threshold, greatest(limited.scores()), 0.3 * threshold); // the last update may have added to it
        });
    }

    private static double greatest(double[] scores) {
        return Arrays.stream(scores).max().orElseThrow();
    }

    @Test
    void whatIsComputedAgainChangesNoBit() {
        var plan = plan(DataType.FLOAT32, 2, 2);
        var wanted = steps(GPT, muon(THRESHOLD), plan, 2);
        for (var policy : List.of(new Rematerialisation.Every(1), new Rematerialisation.Selective())) {
            var got = steps(GPT, muon(THRESHOLD), new StepPlan(2, 2, plan.precision(), policy), 2);
            wanted.saved()
                    .bytes()
                    .forEach((name, bytes) ->
                            assertArrayEquals(bytes, got.saved().bytes().get(name), name));
        }
    }

    @TestFactory
    Stream<DynamicTest> mastersShrinkAndParametersAreRoundedFromThem() {
        return Stream.of(DataType.BFLOAT16, DataType.FLOAT16)
                .map(type -> dynamicTest(type.label(), () -> {
                    var free = steps(GROUPED, muon(0), plan(type, 4, 1), 1);
                    var limited = steps(GROUPED, muon(THRESHOLD), plan(type, 4, 1), 1);
                    for (var parameter : GROUPED.parameters()) {
                        var master = TrainState.memory(
                                parameter,
                                Optimizer.State.copy(
                                        "master",
                                        new org.borealis.tensor.TensorType(DataType.FLOAT32, parameter.shape())));
                        var wanted = free.get(master, DataType.FLOAT32);
                        var factors = HandMadeScores.factors(GROUPED, parameter, limited.scores(), THRESHOLD, ALPHA);
                        int row = wanted.length / factors.length;
                        var got = limited.get(master, DataType.FLOAT32);
                        var rounded = MemorySegment.ofArray(new byte[wanted.length * type.bytes()]);
                        HostMemory.write(rounded, type, got);
                        for (int i = 0; i < wanted.length; i++) {
                            double value = wanted[i] * factors[i / row];
                            assertEquals(value, got[i], 1e-6 * Math.max(1, Math.abs(value)), parameter.name());
                        }
                        var parameters = limited.get(TrainState.parameter(parameter), type);
                        var again = new double[parameters.length];
                        HostMemory.read(rounded, type, 0, again);
                        assertArrayEquals(again, parameters, parameter.name());
                    }
                }));
    }

    /** With small scores, so that roundings stay small. */
    private static final ModelFamily SMALL =
            new Gpt(Settings.of(GptSettings.class, with(SIZES, "layers", 1, "initialDeviation", 0.02)));

    private static final double SMALL_THRESHOLD = 5e-4;

    private static OptimizerTrial trial(Optimizer optimizer, int updates) {
        return new OptimizerTrial(SMALL, optimizer, Offload.NONE, updates);
    }

    @TestFactory
    Stream<DynamicTest> stepsOnManyRanksAreThoseOfOne() {
        var limit = Optional.of(new QkClip(SMALL_THRESHOLD, ALPHA));
        return Stream.of("data=2", "data=2,tensor=2", "ulysses=2", "expert=2")
                .map(mesh -> dynamicTest(mesh, () -> {
                    var known = new HashMap<String, ParallelStrategy>(strategies(3));
                    known.put("ulysses", new Ulysses());
                    known.put("expert", new ExpertParallel());
                    trial(new org.borealis.trainer.fakes.Muon(0.01, limit), 3)
                            .requireThatOfOneRank(new ThreadRanks(mesh, known));
                }));
    }

    @Test
    void sumsInOrderGiveTheBitsOfOneRankAndSoDoesGoingOn() {
        var limited = trial(muon(SMALL_THRESHOLD), 2);
        var wanted = trial(muon(SMALL_THRESHOLD), 4).run(Ranks.ALONE);
        var first = new ThreadRanks("data=2", strategies(2), true).run(limited::run);
        var start = new OptimizerTrial.Start(2, Map.of(), saved(first));
        var last = new ThreadRanks("data=2", strategies(1), true).run(ranks -> limited.run(ranks, start));
        var got = saved(last).bytes();
        saved(List.of(wanted)).bytes().forEach((name, bytes) -> assertArrayEquals(bytes, got.get(name), name));
        assertFalse(wanted.numbers().equals(trial(muon(0), 4).run(Ranks.ALONE).numbers()), "nothing is limited");
    }

    @Test
    void programsOfWhatLimitsNoScoresKnowNothingOfThem() {
        var plan = plan(DataType.FLOAT32, 2, 2);
        for (var program : plan.trace(GPT, muon(0)).programs(compiler)) {
            assertFalse(program.toString().contains("cores"), program.toString());
        }
        for (var program : plan.trace(GPT, muon(THRESHOLD)).programs(compiler)) {
            boolean reads = Stream.of(StepTrace.FIRST, StepTrace.ACCUMULATE, StepTrace.UPDATE)
                    .anyMatch(program.name()::equals);
            assertEquals(reads, program.toString().contains("scores"), program.name());
        }
    }

    @Test
    void aModelThatDoesNotSayWhatMakesItsQueriesIsRefused() {
        var refused = assertThrows(
                BorealisException.class,
                () -> steps(new Tower(VOCABULARY, SEQUENCE), muon(THRESHOLD), plan(DataType.FLOAT32, 2, 1), 1));
        assertEquals("qk-clip", refused.code());
        assertTrue(String.valueOf(refused.getMessage()).contains("qkClip.threshold to 0"), refused.getMessage());
    }

    @Test
    void stagesOfAPipelineRefuse() {
        var pipeline = new Pipeline(new OneForwardOneBackward(), 1);
        var ranks = new ThreadRanks("pipeline=2", Map.of(), false, pipeline);
        var error = assertThrows(AssertionError.class, () -> ranks.run(trial(muon(THRESHOLD), 1)::run));
        assertTrue(
                String.valueOf(error.getMessage()).contains("take axis 'pipeline' out of the mesh"),
                error.getMessage());
    }

    @Test
    void groupsHaveOneLimit() {
        var group = new GroupedOptimizer.Group("*.attention.*", muon(2));
        var one = GroupedOptimizer.of(muon(0), List.of(group), GPT.parameters());
        assertEquals(muon(2).qkClip(), one.qkClip());
        assertEquals(Optional.empty(), muon(0).qkClip());
        var refused = assertThrows(
                BorealisException.class, () -> GroupedOptimizer.of(muon(3), List.of(group), GPT.parameters()));
        assertTrue(String.valueOf(refused.getMessage()).contains("give them one qkClip"), refused.getMessage());
    }
}
