package org.borealis.trainer.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoints.DiskCheckpoints;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.Settings;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Keeping;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TrainState;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that the ranks of a mesh, here threads, write together. */
final class MeshCheckpointTest {
    private static final long SEED = 20_261_123;
    private static final Momentum OPTIMIZER = new Momentum(0.5, 1);
    private static final Layout ONE = new Layout("", 0);
    private static final List<Layout> LAYOUTS = List.of(
            new Layout("data=2", 3),
            new Layout("tensor=2", 0),
            new Layout("pipeline=2", 0),
            new Layout("data=2,tensor=2", 3),
            new Layout("data=4", 0),
            new Layout("pipeline=2,data=2", 1),
            new Layout("data=2,tensor=2", 1),
            new Layout("pipeline=2,tensor=2", 0));

    private record Layout(String mesh, int zero, DataType type) {
        Layout(String mesh, int zero) {
            this(mesh, zero, DataType.FLOAT32);
        }

        Layout in(DataType other) {
            return new Layout(mesh, zero, other);
        }
    }

    @TempDir
    Path folder;

    private final DiskCheckpoints checkpoints = new DiskCheckpoints();

    private static Map<String, ModelFamily> models() {
        var sizes = Map.of("layers", 3, "hidden", 8, "heads", 2, "sequence", 6, "vocabulary", 48);
        return Map.of(
                "gpt", new Gpt(Settings.of(GptSettings.class, sizes)),
                "llama", new Llama(Settings.of(LlamaSettings.class, sizes)));
    }

    private static Stream<DynamicTest> each(BiFunction<ModelFamily, Integer, DynamicTestBody> body) {
        return models().entrySet().stream()
                .flatMap(model -> IntStream.range(0, LAYOUTS.size())
                        .mapToObj(i -> dynamicTest(
                                model.getKey() + " " + LAYOUTS.get(i),
                                () -> body.apply(model.getValue(), i).run())));
    }

    private interface DynamicTestBody {
        void run() throws IOException;
    }

    private interface Body<T> {
        T on(Ranks ranks, TrainState state);
    }

    /** What each rank gives. */
    private static <T> List<T> run(ModelFamily model, Layout layout, Body<T> body) {
        var strategies = Map.of(
                "data", new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", layout.zero()))),
                "tensor", new TensorParallel(Settings.of(TensorParallel.Config.class, Map.of())));
        return new ThreadRanks(layout.mesh(), Map.copyOf(strategies)).run(ranks -> {
            try (var device = new ReferenceBackend().open();
                    var state = new TrainState(
                            device, layout.type(), model.parameters(), OPTIMIZER, ranks, keeping(model, ranks))) {
                return body.on(ranks, state);
            }
        });
    }

    private static Keeping keeping(ModelFamily model, Ranks ranks) {
        if (ranks.mesh().ranks(PipelineModel.AXIS) == 1) {
            return Keeping.ALL;
        }
        var plan = new StepPlan(2, 2, new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks);
        return PipelineModel.of(new ProgramCompiler(), model, plan, 1).keeping(ranks);
    }

    /** Random bits in every tensor of one rank. */
    private Path random(ModelFamily model, DataType type, Path to) {
        var random = new Random(SEED);
        return run(model, ONE.in(type), (ranks, state) -> {
                    var pieces = new ArrayList<Piece>();
                    for (var piece : state.pieces()) {
                        byte[] bytes = new byte[(int) piece.type().bytes()];
                        random.nextBytes(bytes);
                        pieces.add(new Piece(piece.name(), piece.type(), _ -> MemorySegment.ofArray(bytes)));
                    }
                    return checkpoints.save(ranks, to, 1, pieces, Map.of(), Map.of());
                })
                .getFirst();
    }

    /** Loads a checkpoint on a mesh, and saves it from there. */
    private Path moved(ModelFamily model, Path checkpoint, Layout layout, Path to) {
        return run(model, layout, (ranks, state) -> {
                    try (var source = checkpoints.open(checkpoint)) {
                        state.load(source);
                    }
                    return checkpoints.save(ranks, to, 1, state.pieces(), Map.of(), Map.of());
                })
                .getFirst();
    }

    private void assertSame(Path wanted, Path got) {
        try (var one = checkpoints.open(wanted);
                var other = checkpoints.open(got)) {
            assertEquals(one.types(), other.types());
            for (var name : one.types().keySet()) {
                assertEquals(-1, one.read(name).mismatch(other.read(name)), name);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> aCheckpointOfAnyMeshHoldsTheTensorsOfOneRankAndLoadsOnAnyOther() {
        return each((model, i) -> () -> movesEverywhere(model, DataType.FLOAT32, i));
    }

    @TestFactory
    Stream<DynamicTest> soDoesOneOfParametersInSixteenBitsWithTheirMasters() {
        return models().entrySet().stream()
                .map(model ->
                        dynamicTest(model.getKey(), () -> movesEverywhere(model.getValue(), DataType.BFLOAT16, 0)));
    }

    private void movesEverywhere(ModelFamily model, DataType type, int first) throws IOException {
        var run = Files.createTempDirectory(folder, "run");
        var whole = random(model, type, run.resolve("whole"));
        var shared = moved(model, whole, LAYOUTS.get(first).in(type), run.resolve("shared"));
        assertSame(whole, shared);
        for (int other = 1; other < LAYOUTS.size(); other++) {
            var to = LAYOUTS.get((first + other) % LAYOUTS.size()).in(type);
            assertSame(whole, moved(model, shared, to, run.resolve("other" + other)));
        }
        var back = moved(model, shared, ONE.in(type), run.resolve("back"));
        var file = "state-00001.safetensors";
        assertEquals(-1, Files.mismatch(whole.resolve(file), back.resolve(file)));
    }

    @TestFactory
    Stream<DynamicTest> ranksShareTheWriting() {
        return each((model, i) -> () -> {
            var perRank = run(model, LAYOUTS.get(i), (_, state) -> bytes(state.pieces()));
            long whole = run(model, ONE, (_, state) -> bytes(state.pieces())).getFirst();
            long largest = model.parameters().stream()
                    .mapToLong(p -> new TensorType(DataType.FLOAT32, p.shape()).bytes())
                    .max()
                    .orElse(0);
            assertEquals(whole, perRank.stream().mapToLong(Long::longValue).sum());
            if (!LAYOUTS.get(i).mesh().contains(PipelineModel.AXIS)) { // stages have layers of unequal size
                for (long bytes : perRank) {
                    assertTrue(Math.abs(bytes - whole / perRank.size()) <= largest, perRank.toString());
                }
            }
        });
    }

    private static long bytes(List<Piece> pieces) {
        return pieces.stream()
                .mapToLong(piece -> piece.type().in(piece.box().shape()).bytes())
                .sum();
    }

    @Test
    void aRankThatFailsFailsTheSaveForAllAndTheNextSaveIsWhole() {
        var model = models().values().iterator().next();
        var said = run(model, LAYOUTS.getFirst(), (ranks, state) -> {
            var pieces = new ArrayList<>(state.pieces());
            if (ranks.index() == 1) {
                pieces.add(new Piece("lost", TensorType.of(DataType.FLOAT32, 1), _ -> {
                    throw new BorealisException("device-lost", "the device is gone");
                }));
            }
            var failure = failure(() -> checkpoints.save(ranks, folder, 1, pieces, Map.of(), Map.of()));
            checkpoints.save(ranks, folder, 2, state.pieces(), Map.of(), Map.of());
            return failure;
        });
        assertEquals(List.of("rank 1: the device is gone", "the device is gone"), said);
        assertEquals(
                List.of(folder.resolve("step-000002")),
                checkpoints.list(folder).stream().map(entry -> entry.path()).toList());
        assertEquals(List.of(), checkpoints.verify(folder));
    }

    private static String failure(Runnable body) {
        try {
            body.run();
            return "nothing";
        } catch (BorealisException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
