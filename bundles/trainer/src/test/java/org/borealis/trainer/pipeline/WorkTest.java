package org.borealis.trainer.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.borealis.device.Stage;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.pipeline.schedules.GPipe;
import org.borealis.pipeline.schedules.OneForwardOneBackward;
import org.borealis.pipeline.schedules.ZeroBubble;
import org.borealis.tensor.Program;
import org.borealis.trainer.fakes.TinyModel;
import org.junit.jupiter.api.Test;

final class WorkTest {
    private static final int STAGES = 4;
    private static final int BATCHES = 9;

    private static List<Work> work(PipelineSchedule schedule, int stage) {
        var part = new Stage(new Program.Builder("part").build(), List.of(), List.of());
        var model = new PipelineModel(new TinyModel(8, 4), List.of(part, part, part, part), stage, STAGES);
        return Work.of(schedule.actions(stage, STAGES, 1, BATCHES), model, Map.of(stage, Set.of("sum")));
    }

    private static int places(PipelineSchedule schedule, int stage) {
        return 1 + work(schedule, stage).stream().mapToInt(Work::place).max().orElse(-1);
    }

    @Test
    void thereAreAsManyPlacesAsMicroBatchesAreUnderWay() {
        for (int stage = 0; stage < STAGES; stage++) {
            assertEquals(BATCHES, places(new GPipe(), stage));
            assertEquals(STAGES - stage, places(new OneForwardOneBackward(), stage));
            assertEquals(STAGES, places(new ZeroBubble(), stage));
        }
    }

    @Test
    void onlyTheFirstGradientIsWrittenOverWhatTheStepBeforeLeft() {
        for (var schedule : List.of(new GPipe(), new OneForwardOneBackward(), new ZeroBubble())) {
            var adding = work(schedule, 1).stream()
                    .filter(one -> one.action().isLast())
                    .map(Work::added)
                    .toList();
            assertEquals(Set.of(), adding.getFirst());
            assertEquals(
                    BATCHES - 1, adding.stream().filter(Set.of("sum")::equals).count());
        }
    }
}
