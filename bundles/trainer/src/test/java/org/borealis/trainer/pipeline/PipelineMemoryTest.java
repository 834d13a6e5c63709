package org.borealis.trainer.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Map;
import java.util.stream.Stream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.parallel.data.DataParallel;
import org.borealis.pipeline.schedules.GPipe;
import org.borealis.pipeline.schedules.Interleaved;
import org.borealis.pipeline.schedules.OneForwardOneBackward;
import org.borealis.pipeline.schedules.ZeroBubble;
import org.borealis.tensor.DataType;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.Counting;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.Muon;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Pipeline;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TrainState;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class PipelineMemoryTest {
    private static final ModelFamily MODEL = new Gpt(Settings.of(
            GptSettings.class,
            Map.of("layers", 5, "hidden", 16, "heads", 2, "sequence", 8, "vocabulary", 48, "tied", true)));

    private final ProgramCompiler compiler = new ProgramCompiler();

    private record Memory(long taken, StepMemory planned) {}

    private record Case(String name, String mesh, PipelineSchedule schedule, int chunks, Optimizer optimizer) {}

    @TestFactory
    Stream<DynamicTest> whatIsPlannedIsWhatEachStageTakes() {
        var momentum = new Momentum(0.5, 1);
        return Stream.of(
                        new Case("1f1b", "pipeline=2", new OneForwardOneBackward(), 1, momentum),
                        new Case("interleaved", "pipeline=2", new Interleaved(), 2, momentum),
                        new Case("zero-bubble", "pipeline=2", new ZeroBubble(), 1, momentum),
                        new Case("1f1b", "pipeline=2,data=2", new OneForwardOneBackward(), 1, momentum),
                        new Case("owners", "pipeline=2,data=2", new OneForwardOneBackward(), 1, new Muon(0.1)))
                .map(one -> dynamicTest(one.name() + " on " + one.mesh(), () -> {
                    for (var rank : memories(one)) {
                        assertEquals(rank.taken(), rank.planned().total(), rank.planned()::toString);
                    }
                }));
    }

    private Iterable<Memory> memories(Case one) {
        var data = new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", 2)));
        return new ThreadRanks(one.mesh(), Map.of("data", data), false, new Pipeline(one.schedule(), one.chunks()))
                .run(ranks -> memory(one, ranks));
    }

    private Memory memory(Case one, Ranks ranks) {
        var plan = plan(ranks);
        var parts = PipelineModel.of(compiler, MODEL, plan, one.chunks());
        var keeping = parts.keeping(ranks);
        try (var device = new Counting(new ReferenceBackend().open());
                var state =
                        new TrainState(device, DataType.FLOAT32, MODEL.parameters(), one.optimizer(), ranks, keeping);
                var step = new PipelineStep(compiler, device, one.optimizer(), state, plan, parts, one.schedule())) {
            return new Memory(device.bytes(), PipelineMemory.plan(compiler, device, MODEL, one.optimizer(), plan));
        }
    }

    private static StepPlan plan(Ranks ranks) {
        return new StepPlan(2, 4, new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks);
    }

    @Test
    void moreMicroBatchesUnderWayTakeMore() {
        var early = greatest(new OneForwardOneBackward());
        var late = greatest(new GPipe());
        assertTrue(early.activations() < late.activations(), early + ", " + late);
        assertEquals(early.fixed(), late.fixed());
    }

    @Test
    void theGreatestStageTakesLessThanTheWholeModel() {
        try (var device = new ReferenceBackend().open()) {
            var whole = StepMemory.plan(compiler, device, MODEL, new Momentum(0.5, 1), plan(Ranks.ALONE));
            var greatest = greatest(new OneForwardOneBackward());
            assertTrue(greatest.parameters() < whole.parameters(), greatest + ", " + whole);
            assertTrue(greatest.parameters() * 2 >= whole.parameters(), greatest + ", " + whole);
        }
    }

    private StepMemory greatest(PipelineSchedule schedule) {
        var memories = new ThreadRanks("pipeline=2", Map.of(), false, new Pipeline(schedule, 1)).run(ranks -> {
            try (var device = new ReferenceBackend().open()) {
                return PipelineMemory.plan(
                        compiler,
                        device,
                        MODEL,
                        new Momentum(0.5, 1),
                        plan(ranks.seenBy(ranks.team().rank())));
            }
        });
        assertEquals(memories.get(0), memories.get(1));
        return memories.get(0);
    }
}
