package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.parallel.PipelineSchedule.Action;
import org.borealis.parallel.PipelineSchedule.Backward;
import org.borealis.parallel.PipelineSchedule.BackwardInput;
import org.borealis.parallel.PipelineSchedule.BackwardWeight;
import org.borealis.parallel.PipelineSchedule.Forward;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What an order of a pipeline's work has to do: all of it once, without waiting for each other for ever, and no longer or larger than
 * its formulas say. Extend it, and say which schedule. A forward pass, gradients of inputs and gradients of weights take a unit of
 * time each, and messages none.
 */
@ConsumerType
public abstract class ScheduleConformance {
    /** The schedule under test. */
    protected abstract PipelineSchedule schedule();

    /** Chunks a stage to try. */
    protected List<Integer> chunks() {
        return List.of(1);
    }

    /** Numbers of micro-batches to try, for which the formulas hold. */
    protected List<Integer> batches(int stages) {
        return List.of(1, stages, stages + 1, 5 * stages);
    }

    /** Share of a step in which a stage computes nothing. */
    protected abstract double idleShare(int stages, int chunks, int batches);

    /** Most micro-batches of a chunk whose activations a stage keeps at a time. */
    protected abstract int alive(int stage, int stages, int chunks, int batches);

    private record Sizes(int stages, int chunks, int batches) {}

    private interface Check {
        void run(Sizes sizes, List<List<Action>> actions);
    }

    private Stream<DynamicTest> each(Check check) {
        return Stream.of(1, 2, 3, 4, 8)
                .flatMap(stages -> chunks().stream()
                        .flatMap(chunks -> batches(stages).stream().map(batches -> new Sizes(stages, chunks, batches))))
                .distinct()
                .map(sizes -> dynamicTest(sizes.toString(), () -> check.run(sizes, actions(sizes))));
    }

    private List<List<Action>> actions(Sizes sizes) {
        return IntStream.range(0, sizes.stages())
                .mapToObj(stage -> schedule().actions(stage, sizes.stages(), sizes.chunks(), sizes.batches()))
                .toList();
    }

    @TestFactory
    final Stream<DynamicTest> everyBatchPassesEveryChunkForwardAndBackwardOnce() {
        return each((sizes, actions) -> actions.forEach(own -> {
            for (int chunk = 0; chunk < sizes.chunks(); chunk++) {
                var all = IntStream.range(0, sizes.batches()).boxed().toList();
                assertEquals(all, batches(own, Forward.class, chunk), "forward, chunk " + chunk);
                var whole = batches(own, Backward.class, chunk);
                var inputs = batches(own, BackwardInput.class, chunk);
                assertEquals(inputs, batches(own, BackwardWeight.class, chunk), "chunk " + chunk);
                assertEquals(
                        all,
                        Stream.concat(whole.stream(), inputs.stream()).sorted().toList(),
                        "chunk " + chunk);
            }
        }));
    }

    private static List<Integer> batches(List<Action> actions, Class<? extends Action> kind, int chunk) {
        return actions.stream()
                .filter(kind::isInstance)
                .filter(action -> action.chunk() == chunk)
                .map(Action::batch)
                .toList();
    }

    @TestFactory
    final Stream<DynamicTest> noStageWaitsForEverAndIdleTimeIsThatOfTheFormula() {
        return each((sizes, actions) -> assertEquals(
                idleShare(sizes.stages(), sizes.chunks(), sizes.batches()),
                PipelineClock.idleShare(
                        schedule(),
                        sizes.stages(),
                        sizes.chunks(),
                        sizes.batches(),
                        (stage, action) -> action instanceof Backward ? 2 : 1),
                1e-12,
                "idle share of a step"));
    }

    @TestFactory
    final Stream<DynamicTest> aStageKeepsAsManyActivationsAsTheFormulaSays() {
        return each((sizes, actions) -> {
            for (int stage = 0; stage < sizes.stages(); stage++) {
                assertEquals(
                        alive(stage, sizes.stages(), sizes.chunks(), sizes.batches()),
                        mostAlive(actions.get(stage)),
                        "stage " + stage);
            }
        });
    }

    private static int mostAlive(List<Action> actions) {
        int alive = 0;
        int most = 0;
        for (var action : actions) {
            alive += action instanceof Forward ? 1 : 0;
            most = Math.max(most, alive);
            alive -= action.isLast() ? 1 : 0;
        }
        return most;
    }

    @TestFactory
    final Stream<DynamicTest> actionsAreTheSameEachTime() {
        return each((sizes, actions) -> assertEquals(actions, actions(sizes)));
    }
}
