package org.borealis.trainer.fakes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.data.Replicas;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.tensor.DataType;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.pipeline.PipelineModel;
import org.borealis.trainer.pipeline.PipelineStep;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.HostMemory;
import org.borealis.trainer.step.Keeping;
import org.borealis.trainer.step.Offload;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.Step;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;
import org.borealis.trainer.step.UpdateKinds;

/**
 * A few steps of a tiny model with an optimizer, by one rank or by several that are threads of this JVM.
 *
 * @param updates how many
 */
public record OptimizerTrial(ModelFamily model, Optimizer optimizer, Offload offload, int updates) {
    private static final int BATCHES = 4;
    private static final int ROWS = 2;
    private static final int SEQUENCE = 6;
    private static final int VOCABULARY = 48;
    /** Reordered sums of float32: each of a few hundred terms of size 1, at 6e-8 a rounding. */
    private static final double TOLERANCE = 1e-6;

    /** What is trained, if nothing else is. */
    public static final ModelFamily MODEL = new Gpt(Settings.of(
            GptSettings.class,
            Map.of("layers", 4, "hidden", 16, "heads", 4, "sequence", SEQUENCE, "vocabulary", VOCABULARY)));

    /** For those who compile often. */
    public static final ModelFamily SMALLEST = new Perceptron(VOCABULARY, SEQUENCE);

    private static final ProgramCompiler COMPILER = new ProgramCompiler();

    /** Three steps with all on the device. */
    public OptimizerTrial(Optimizer optimizer) {
        this(optimizer, Offload.NONE, 3);
    }

    /** Of {@link #MODEL}. */
    public OptimizerTrial(Optimizer optimizer, Offload offload, int updates) {
        this(MODEL, optimizer, offload, updates);
    }

    /**
     * What came of it.
     *
     * @param numbers losses, norms, the optimizer's numbers, and the held-out loss
     * @param remembered the optimizer's numbers in the end
     * @param parts what a rank writes into a checkpoint
     */
    public record Results(List<Double> numbers, Map<String, Double> remembered, List<SavedTensors.Part> parts) {}

    /**
     * Where a run goes on.
     *
     * @param updates made before
     * @param remembered the optimizer's numbers
     */
    public record Start(int updates, Map<String, Double> remembered, SavedTensors tensors) {}

    /** Strategies of all axes that this knows. */
    public static Map<String, ParallelStrategy> strategies(int zero) {
        return Map.of(
                "data", new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", zero))),
                "replica", new Replicas(),
                "tensor", new TensorParallel(Settings.of(TensorParallel.Config.class, Map.of())));
    }

    /** As joined from what the ranks write. */
    public static SavedTensors saved(List<Results> ranks) {
        return SavedTensors.joined(ranks.stream().map(Results::parts).toList());
    }

    /** Requires of the ranks what one rank gives. */
    public void requireThatOfOneRank(ThreadRanks ranks) {
        requireThatOfOneRank(ranks, run(Ranks.ALONE));
    }

    /** As {@link #requireThatOfOneRank(ThreadRanks)}, where one rank has run once for many. */
    public void requireThatOfOneRank(ThreadRanks ranks, Results wanted) {
        var all = ranks.run(this::run);
        all.forEach(got -> requireNear(wanted.numbers(), got.numbers()));
        requireNear(saved(List.of(wanted)), saved(all));
    }

    /** Requires numbers that differ by as much as the order of sums may make of them. */
    public static void requireNear(List<Double> wanted, List<Double> got) {
        assertEquals(wanted.size(), got.size());
        for (int i = 0; i < wanted.size(); i++) {
            double number = wanted.get(i);
            assertEquals(number, got.get(i), TOLERANCE * Math.max(1, Math.abs(number)));
        }
    }

    /** As {@link #requireNear(List, List)}, of what was saved. */
    public static void requireNear(SavedTensors wanted, SavedTensors saved) {
        wanted.bytes().forEach((name, tensor) -> {
            var got = Objects.requireNonNull(saved.bytes().get(name), name);
            if (!Arrays.equals(tensor, got)) {
                near(name, values(tensor), values(got));
            }
        });
    }

    private static double[] values(byte[] floats) {
        var elements = MemorySegment.ofArray(floats);
        return IntStream.range(0, floats.length / Float.BYTES)
                .mapToDouble(i -> HostMemory.read(elements, DataType.FLOAT32, i))
                .toArray();
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

    /** What one of the ranks does. */
    public Results run(Ranks ranks) {
        return run(ranks, Optional.empty());
    }

    /** What one of the ranks does from there on. */
    public Results run(Ranks ranks, Start start) {
        return run(ranks, Optional.of(start));
    }

    private Results run(Ranks ranks, Optional<Start> start) {
        try (var device = new ReferenceBackend().open()) {
            if (ranks.pipeline().isEmpty()) {
                try (var state = state(device, ranks, Keeping.ALL);
                        var step = new TrainStep(COMPILER, device, model, optimizer, state, plan(ranks))) {
                    return run(ranks, state, step, start);
                }
            }
            var pipeline = ranks.pipeline().get();
            var parts = PipelineModel.of(COMPILER, model, plan(ranks), pipeline.chunks());
            try (var state = state(device, ranks, parts.keeping(ranks));
                    var step = new PipelineStep(
                            COMPILER, device, optimizer, state, plan(ranks), parts, pipeline.schedule())) {
                return run(ranks, state, step, start);
            }
        }
    }

    private TrainState state(Device device, Ranks ranks, Keeping keeping) {
        return new TrainState(device, DataType.FLOAT32, model.parameters(), optimizer, ranks, keeping, offload);
    }

    private Results run(Ranks ranks, TrainState state, Step step, Optional<Start> start) {
        var numbers = new ArrayList<Double>();
        var remembered = start.map(Start::remembered).orElse(optimizer.numbers());
        int before = start.map(Start::updates).orElse(0);
        start.ifPresentOrElse(from -> state.load(from.tensors()), () -> state.initialise(1));
        start.ifPresent(_ -> step.apply(UpdateKinds.RETURN));
        for (int number = before + 1; number <= before + updates; number++) {
            step.begin(batches(ranks, number).size());
            if (optimizer.observesEvery() > 0 && (number - 1) % optimizer.observesEvery() == 0) {
                step.observe(batches(ranks, number), number);
            }
            batches(ranks, number).forEach(step::accumulate);
            numbers.add(step.loss());
            double norm = step.gradientNorm();
            numbers.add(norm);
            var pace = new Optimizer.Pace(number, optimizer.rate(), 1);
            remembered = step.update(pace, Math.min(1, 1 / norm), remembered);
            remembered.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> numbers.add(entry.getValue()));
        }
        step.apply(UpdateKinds.PUBLISH);
        numbers.add(step.evaluate(batch(99)));
        var parts = SavedTensors.of(state);
        step.apply(UpdateKinds.RETURN);
        numbers.add(step.evaluate(batch(99)));
        return new Results(List.copyOf(numbers), remembered, parts);
    }

    /** How the steps are made. */
    public StepPlan plan(Ranks ranks) {
        return new StepPlan(
                ROWS,
                BATCHES / ranks.batches(),
                new Precision(DataType.FLOAT32),
                new Rematerialisation.None(),
                ranks,
                offload);
    }

    private static List<TokenBatch> batches(Ranks ranks, int number) {
        return IntStream.range(0, BATCHES / ranks.batches())
                .mapToObj(i -> batch(number * BATCHES + i * ranks.batches() + ranks.batch()))
                .toList();
    }

    /** A batch of its own for each seed. */
    public static TokenBatch batch(int seed) {
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
