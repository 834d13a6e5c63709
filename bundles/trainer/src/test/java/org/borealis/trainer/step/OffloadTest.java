package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.parallel.data.DataParallel;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.Counting;
import org.borealis.trainer.fakes.SavedTensors;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OffloadTest {
    private static final int ROWS = 2;
    private static final int SEQUENCE = 4;
    private static final int VOCABULARY = 48;

    private final ProgramCompiler compiler = new ProgramCompiler();

    @TempDir
    Path folder;

    /** Gradient descent with four momenta: much to remember. */
    private record Memorious() implements Optimizer {
        @Override
        public double rate() {
            return 0.1;
        }

        @Override
        public double clip() {
            return 0;
        }

        @Override
        public List<State> state(Parameter parameter, DataType type) {
            return IntStream.range(0, 4)
                    .mapToObj(i -> new State("velocity" + i, new TensorType(type, parameter.shape()), 0.25 * i))
                    .toList();
        }

        @Override
        public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
            var velocities = new ArrayList<Tensor>();
            var rate = step.rate().as(value.type().type());
            var next = value;
            for (int i = 0; i < state.size(); i++) {
                velocities.add(state.get(i).times(0.5 + 0.1 * i).plus(gradient));
                next = next.minus(velocities.getLast().times(rate));
            }
            return new Update(next, velocities);
        }
    }

    private static ModelFamily model(int layers, int hidden) {
        return new Gpt(Settings.of(
                GptSettings.class,
                Map.of(
                        "layers",
                        layers,
                        "hidden",
                        hidden,
                        "heads",
                        2,
                        "sequence",
                        SEQUENCE,
                        "vocabulary",
                        VOCABULARY)));
    }

    private static StepPlan plan(Ranks ranks, Offload offload) {
        return new StepPlan(ROWS, 1, new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks, offload);
    }

    private static TrainState state(org.borealis.device.Device device, ModelFamily model, StepPlan plan) {
        return new TrainState(
                device,
                DataType.FLOAT32,
                model.parameters(),
                new Memorious(),
                plan.ranks(),
                Keeping.ALL,
                plan.offload());
    }

    /** Losses, and what a rank writes into a checkpoint. */
    private record Results(List<Double> losses, List<SavedTensors.Part> parts) {}

    private static SavedTensors saved(List<Results> ranks) {
        return SavedTensors.joined(ranks.stream().map(Results::parts).toList());
    }

    private Results steps(ModelFamily model, Ranks ranks, Offload offload, Optional<SavedTensors> before) {
        var plan = plan(ranks, offload);
        try (var device = new ReferenceBackend().open();
                var state = state(device, model, plan);
                var step = new TrainStep(compiler, device, model, new Memorious(), state, plan)) {
            before.ifPresentOrElse(state::load, () -> state.initialise(1));
            var losses = new ArrayList<Double>();
            for (int number = 1; number <= 3; number++) {
                step.begin(1);
                step.accumulate(batch(number));
                losses.add(step.loss());
                step.update(number, 1e-3, 1);
            }
            return new Results(losses, SavedTensors.of(state));
        }
    }

    private static TokenBatch batch(int seed) {
        var batch = new TokenBatch(ROWS, SEQUENCE);
        for (int row = 0; row < ROWS; row++) {
            int first = seed + row;
            batch.set(
                    row,
                    IntStream.rangeClosed(0, SEQUENCE)
                            .map(i -> (first + i * i) % VOCABULARY)
                            .toArray(),
                    SEQUENCE + 1);
        }
        return batch;
    }

    private List<Offload> everywhere() {
        return List.of(Offload.NONE, new Offload.Host(), new Offload.Disk(folder.toString()));
    }

    private static void assertSame(List<Results> wanted, List<Results> got) {
        assertEquals(
                wanted.stream().map(Results::losses).toList(),
                got.stream().map(Results::losses).toList());
        var saved = saved(got).bytes();
        var bytes = saved(wanted).bytes();
        assertEquals(bytes.keySet(), saved.keySet());
        bytes.forEach((name, tensor) -> assertArrayEquals(tensor, saved.get(name), name));
    }

    @Test
    void lossesAndStateAreTheSameBitsWhereverItIs() {
        var model = model(2, 16);
        var wanted = steps(model, Ranks.ALONE, Offload.NONE, Optional.empty());
        for (var offload : everywhere()) {
            assertSame(List.of(wanted), List.of(steps(model, Ranks.ALONE, offload, Optional.empty())));
        }
    }

    @Test
    void aCheckpointGoesOnWithAnyOtherPlace() {
        var model = model(2, 16);
        var before = saved(List.of(steps(model, Ranks.ALONE, Offload.NONE, Optional.empty())));
        var wanted = steps(model, Ranks.ALONE, Offload.NONE, Optional.of(before));
        for (var from : everywhere()) {
            var saved = saved(List.of(steps(model, Ranks.ALONE, from, Optional.empty())));
            for (var to : everywhere()) {
                assertSame(List.of(wanted), List.of(steps(model, Ranks.ALONE, to, Optional.of(saved))));
            }
        }
    }

    @Test
    void eachRankHasItsPartElsewhere() {
        var model = model(2, 16);
        var zero = Map.<String, org.borealis.parallel.ParallelStrategy>of(
                "data", new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", 2))));
        var wanted = new ThreadRanks("data=2", zero).run(ranks -> steps(model, ranks, Offload.NONE, Optional.empty()));
        var got = new ThreadRanks("data=2", zero)
                .run(ranks -> steps(model, ranks, new Offload.Disk(folder.toString()), Optional.empty()));
        assertSame(wanted, got);
    }

    @Test
    void theFileIsSeenByNobodyAndGoneInTheEnd() throws Exception {
        var model = model(1, 8);
        var inside = folder.resolve("new/scratch");
        try (var device = new ReferenceBackend().open();
                var state = state(device, model, plan(Ranks.ALONE, new Offload.Disk(inside.toString())))) {
            state.initialise(1);
            assertEquals(List.of(), Files.list(inside).toList());
        }
        assertEquals(List.of(), Files.list(inside).toList());
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws Exception {
        var file = Files.writeString(folder.resolve("file"), "here");
        try (var device = new ReferenceBackend().open()) {
            var plan = plan(Ranks.ALONE, new Offload.Disk(file.toString()));
            var refused = assertThrows(BorealisException.class, () -> state(device, model(1, 8), plan));
            assertEquals("offload", refused.code());
            assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
            assertTrue(refused.getMessage().contains("--set offload.disk="), refused.getMessage());
        }
    }

    @Test
    void whatIsPlannedIsWhatIsTaken() {
        var model = model(2, 16);
        for (var offload : everywhere()) {
            var plan = plan(Ranks.ALONE, offload);
            try (var device = new Counting(new ReferenceBackend().open());
                    var state = state(device, model, plan);
                    var step = new TrainStep(compiler, device, model, new Memorious(), state, plan)) {
                var planned = StepMemory.plan(compiler, device, model, new Memorious(), plan);
                long elsewhere =
                        planned.elsewhere().map(StepMemory.Elsewhere::bytes).orElse(0L);
                long host = offload instanceof Offload.Host ? elsewhere : 0;
                assertEquals(device.bytes() + host, planned.total());
                assertEquals(offload.isElsewhere(), elsewhere == 4 * planned.parameters());
            }
        }
    }

    /** As /proc/self/status has it: memory of this process that no file stands behind. */
    private static long anonymousBytes() throws Exception {
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void onDiskItTakesNoMemory() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "needs Linux to tell");
        var model = model(16, 256); // 12.6 million parameters, of which 202 MB are remembered
        var taken = new ArrayList<Long>();
        var losses = new ArrayList<Double>();
        for (var offload : List.of(new Offload.Disk(folder.toString()), Offload.NONE)) {
            var plan = plan(Ranks.ALONE, offload);
            long before = anonymousBytes();
            try (var device = new ReferenceBackend().open();
                    var state = state(device, model, plan);
                    var step = new TrainStep(compiler, device, model, new Memorious(), state, plan)) {
                state.initialise(1);
                step.begin(1);
                step.accumulate(batch(1));
                step.loss();
                step.update(1, 1e-3, 1);
                losses.add(step.evaluate(batch(2)));
                taken.add(anonymousBytes() - before);
            }
        }
        assertEquals(losses.get(1), losses.get(0));
        assertTrue(
                taken.get(1) - taken.get(0) > 150e6,
                "took " + taken.get(0) + " bytes with the optimizer's memory on disk, " + taken.get(1) + " without");
    }
}
