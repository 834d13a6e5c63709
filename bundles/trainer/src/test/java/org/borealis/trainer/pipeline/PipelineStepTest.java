package org.borealis.trainer.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.device.Rematerialisation;
import org.borealis.device.Slot;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.expert.ExpertParallel;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.parallel.ulysses.Ulysses;
import org.borealis.pipeline.schedules.GPipe;
import org.borealis.pipeline.schedules.Interleaved;
import org.borealis.pipeline.schedules.OneForwardOneBackward;
import org.borealis.pipeline.schedules.ZeroBubble;
import org.borealis.tensor.DataType;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.Muon;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.Step;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Ranks are threads of this JVM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PipelineStepTest {
    private static final int BATCHES = 8;
    private static final int ROWS = 2;
    private static final int SEQUENCE = 6;
    private static final int VOCABULARY = 48;
    private static final Momentum OPTIMIZER = new Momentum(0.5, 1);
    /** Reordered sums of float32: each of a few hundred terms of size 1, at 6e-8 a rounding. */
    private static final double TOLERANCE = 1e-6;

    private final ProgramCompiler compiler = new ProgramCompiler();
    /** What one rank gives, for all cases that are compared with it. */
    private final Map<Alone, Results> alone = new HashMap<>();

    /** Halves of which there are two summands for a tied embedding, rounded one by one or together. */
    private static final double HALF_TOLERANCE = 2e-3;

    /** Eight summands of a gradient, each rounded to 1/256, in another order. */
    private static final double BRAIN_TOLERANCE = 2e-2;

    /** Of updates that amplify small directions of a gradient, and its rounding with them, by up to 3.4 in each of five iterations. */
    private static final double ORTHOGONAL_TOLERANCE = 1e-5;

    private record Case(
            String schedule,
            int chunks,
            String mesh,
            int zero,
            Rematerialisation policy,
            Precision precision,
            Optimizer optimizer) {
        Case(String schedule, int chunks, String mesh, int zero, Rematerialisation policy, DataType compute) {
            this(schedule, chunks, mesh, zero, policy, new Precision(compute), OPTIMIZER);
        }

        Case(String schedule, int chunks, String mesh, int zero, Optimizer optimizer) {
            this(
                    schedule,
                    chunks,
                    mesh,
                    zero,
                    new Rematerialisation.None(),
                    new Precision(DataType.FLOAT32),
                    optimizer);
        }

        Case(String schedule, int chunks, String mesh, int zero, Rematerialisation policy) {
            this(schedule, chunks, mesh, zero, policy, DataType.FLOAT32);
        }

        Case(String schedule, int chunks, String mesh) {
            this(schedule, chunks, mesh, 0, new Rematerialisation.None());
        }

        /** As many as there can be with one layer less. */
        int parts() {
            return Math.max(4, chunks * Mesh.parse(mesh).ranks(PipelineModel.AXIS));
        }

        double tolerance() {
            if (optimizer instanceof Muon) {
                return ORTHOGONAL_TOLERANCE;
            }
            return switch (precision.gradients()) {
                case BFLOAT16 -> BRAIN_TOLERANCE;
                default -> precision.compute() == DataType.FLOAT32 ? TOLERANCE : HALF_TOLERANCE;
            };
        }

        PipelineSchedule order() {
            return switch (schedule) {
                case "gpipe" -> new GPipe();
                case "1f1b" -> new OneForwardOneBackward();
                case "interleaved" -> new Interleaved();
                default -> new ZeroBubble();
            };
        }
    }

    private static Map<String, ModelFamily> models(int layers) {
        var sizes = Map.of("layers", layers, "hidden", 8, "heads", 2, "sequence", SEQUENCE, "vocabulary", VOCABULARY);
        var experts = new HashMap<String, Number>(sizes);
        experts.putAll(Map.of("experts", 4, "feedForward", 12, "capacityFactor", 1.0, "auxiliaryLoss", 0.1));
        return Map.of(
                "gpt", new Gpt(Settings.of(GptSettings.class, sizes)),
                "llama", new Llama(Settings.of(LlamaSettings.class, sizes)),
                "mixture", new Llama(Settings.of(LlamaSettings.class, experts)));
    }

    private record Alone(String model, int parts, Precision precision, Optimizer optimizer) {}

    /** What a rank has after a step: losses, the norm, gradients and parameters. */
    private record Results(double loss, double norm, double evaluation, Map<String, double[]> tensors) {}

    private Stream<DynamicTest> each(List<Case> cases) {
        return cases.stream()
                .flatMap(one -> models(one.parts() - 1).entrySet().stream()
                        .map(model -> dynamicTest(model.getKey() + " " + one, () -> equalsOneRank(model, one))));
    }

    /** With stages between the first and the last; without them, all that follow. */
    @TestFactory
    Stream<DynamicTest> everyScheduleGivesLossAndGradientsOfOneRank() {
        return each(List.of(
                new Case("gpipe", 1, "pipeline=4"),
                new Case("1f1b", 1, "pipeline=4"),
                new Case("interleaved", 2, "pipeline=4"),
                new Case("zero-bubble", 1, "pipeline=4")));
    }

    @TestFactory
    Stream<DynamicTest> soItDoesWhenLayersAreComputedAgain() {
        return each(List.of(
                new Case("1f1b", 1, "pipeline=2", 0, new Rematerialisation.Every(1)),
                new Case("zero-bubble", 1, "pipeline=2", 0, new Rematerialisation.Selective())));
    }

    @TestFactory
    Stream<DynamicTest> soItDoesTogetherWithDataParallelRanks() {
        return each(List.of(
                new Case("gpipe", 1, "pipeline=2,data=2"),
                new Case("1f1b", 1, "pipeline=2,data=2", 1, new Rematerialisation.None()),
                new Case("interleaved", 2, "data=2,pipeline=2", 2, new Rematerialisation.None()),
                new Case("zero-bubble", 1, "pipeline=2,data=2", 3, new Rematerialisation.Every(1))));
    }

    @TestFactory
    Stream<DynamicTest> soItDoesTogetherWithRanksThatShareALayer() {
        return each(Stream.of("tensor", "ulysses", "expert")
                .map(axis -> new Case("1f1b", 1, "pipeline=2," + axis + "=2"))
                .toList());
    }

    @TestFactory
    Stream<DynamicTest> soItDoesInHalfPrecisionWithAScaledLoss() {
        return each(List.of(
                new Case("1f1b", 1, "pipeline=2", 0, new Rematerialisation.None(), DataType.FLOAT16),
                new Case("zero-bubble", 1, "pipeline=2", 0, new Rematerialisation.Every(1), DataType.FLOAT16)));
    }

    @TestFactory
    Stream<DynamicTest> soItDoesWithGradientsInSixteenBits() {
        var brain = new Precision(DataType.BFLOAT16, DataType.BFLOAT16);
        var policy = new Rematerialisation.None();
        return each(List.of(
                new Case("1f1b", 1, "pipeline=2,data=2", 1, policy, brain, OPTIMIZER),
                new Case("zero-bubble", 1, "pipeline=2,data=2", 3, policy, brain, OPTIMIZER)));
    }

    @TestFactory
    Stream<DynamicTest> exactSumsGiveTheBitsOfAPipelineWithoutDataParallelRanks() {
        return Stream.of("gpipe", "1f1b", "zero-bubble")
                .flatMap(schedule -> models(3).entrySet().stream()
                        .map(model -> dynamicTest(
                                model.getKey() + " " + schedule,
                                () -> hasTheBitsOfOnePipeline(model.getValue(), schedule))));
    }

    private void hasTheBitsOfOnePipeline(ModelFamily model, String schedule) {
        var wanted = exact(model, new Case(schedule, 1, "pipeline=2"));
        var got = exact(model, new Case(schedule, 1, "pipeline=2,data=2"));
        for (int rank = 0; rank < got.size(); rank++) {
            var stage = wanted.get(rank / 2);
            assertEquals(stage.loss(), got.get(rank).loss());
            assertEquals(stage.norm(), got.get(rank).norm());
            assertEquals(stage.evaluation(), got.get(rank).evaluation());
            got.get(rank)
                    .tensors()
                    .forEach((name, tensor) -> assertArrayEquals(stage.tensors().get(name), tensor, name));
        }
    }

    private List<Results> exact(ModelFamily model, Case one) {
        return new ThreadRanks(one.mesh(), strategies(0), true).run(ranks -> pipeline(model, one, ranks));
    }

    @TestFactory
    Stream<DynamicTest> soItDoesWhereMatricesHaveOwners() {
        return each(List.of(
                new Case("1f1b", 1, "pipeline=2,data=2", 1, new Muon(0.01)),
                new Case("interleaved", 2, "data=2,pipeline=2", 2, new Muon(0.01)),
                new Case("zero-bubble", 1, "pipeline=2,data=2", 3, new Muon(0.01))));
    }

    private void equalsOneRank(Map.Entry<String, ModelFamily> named, Case one) {
        var model = named.getValue();
        var wanted = alone.computeIfAbsent(
                new Alone(named.getKey(), one.parts(), one.precision(), one.optimizer()),
                _ -> alone(model, one.precision(), one.optimizer()));
        var threads = new ThreadRanks(one.mesh(), strategies(one.zero()));
        var all = threads.run(ranks -> pipeline(model, one, ranks));
        for (var got : all) {
            assertEquals(wanted.loss(), got.loss(), one.tolerance() * wanted.loss());
            assertEquals(wanted.norm(), got.norm(), one.tolerance() * wanted.norm());
            assertEquals(wanted.evaluation(), got.evaluation(), one.tolerance() * wanted.evaluation());
            got.tensors().forEach((name, tensor) -> near(name, wanted, tensor, one.tolerance()));
        }
        for (var name : wanted.tensors().keySet()) {
            assertTrue(all.stream().anyMatch(got -> got.tensors().containsKey(name)), name);
        }
    }

    private static Map<String, ParallelStrategy> strategies(int zero) {
        return Map.of(
                "data", new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", zero))),
                "tensor", new TensorParallel(Settings.of(TensorParallel.Config.class, Map.of())),
                "ulysses", new Ulysses(),
                "expert", new ExpertParallel());
    }

    private static void near(String name, Results results, double[] got, double tolerance) {
        var wanted = Objects.requireNonNull(results.tensors().get(name), name);
        if (wanted.length != got.length) {
            return; // a part of a tensor that ranks share; norm and losses cover it
        }
        double longest = results.tensors().values().stream()
                .mapToDouble(PipelineStepTest::length)
                .max()
                .orElse(0);
        double off = length(IntStream.range(0, got.length)
                .mapToDouble(i -> got[i] - wanted[i])
                .toArray());
        double worst = off / Math.max(length(wanted), 1e-3 * longest);
        assertTrue(worst <= tolerance, name + " is off by " + worst);
    }

    private static double length(double[] values) {
        return Math.sqrt(IntStream.range(0, values.length)
                .mapToDouble(i -> values[i] * values[i])
                .sum());
    }

    private Results alone(ModelFamily model, Precision precision, Optimizer optimizer) {
        var plan = new StepPlan(ROWS, BATCHES, precision);
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, precision.kept(), model.parameters(), optimizer);
                var step = new TrainStep(compiler, device, model, optimizer, state, plan)) {
            state.initialise(1);
            return results(
                    step,
                    state,
                    scale(precision),
                    0,
                    1,
                    slot -> HostTensor.read(device, slot).values());
        }
    }

    private Results pipeline(ModelFamily model, Case one, Ranks ranks) {
        var plan = new StepPlan(ROWS, BATCHES / ranks.batches(), one.precision(), one.policy(), ranks);
        var parts = PipelineModel.of(compiler, model, plan, one.chunks());
        try (var device = new ReferenceBackend().open();
                var state = state(device, model, parts, ranks, one);
                var step = new PipelineStep(compiler, device, one.optimizer(), state, plan, parts, one.order())) {
            state.initialise(1);
            return results(
                    step,
                    state,
                    scale(one.precision()),
                    ranks.batch(),
                    ranks.batches(),
                    slot -> HostTensor.read(device, slot).values());
        }
    }

    private static TrainState state(Device device, ModelFamily model, PipelineModel parts, Ranks ranks, Case one) {
        return new TrainState(
                device, one.precision().kept(), model.parameters(), one.optimizer(), ranks, parts.keeping(ranks));
    }

    private static double scale(Precision precision) {
        return precision.scalesLoss() ? 1024 : 1;
    }

    private interface Reader {
        double[] read(Slot slot);
    }

    /** Two steps, so that what the first leaves behind shows. */
    private static Results results(
            Step step, TrainState state, double lossScale, int first, int stride, Reader reader) {
        var tensors = new HashMap<String, double[]>();
        double loss = 0;
        double norm = 0;
        for (int number = 1; number <= 2; number++) {
            step.begin(lossScale, BATCHES / stride);
            for (int batch = first; batch < BATCHES; batch += stride) {
                step.accumulate(batch(number * BATCHES + batch));
            }
            loss = step.loss();
            norm = step.gradientNorm();
            step.gradients().forEach((name, slot) -> tensors.put(name, reader.read(slot)));
            step.update(number, 0.01, 1);
        }
        state.parameterSlots().forEach((name, slot) -> tensors.put(name, reader.read(slot)));
        return new Results(loss, norm, step.evaluate(batch(99)), tensors);
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
}
