package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final int FORWARD = 0;
    private static final int BACKWARD = 1;

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
        return each((sizes, actions) -> {
            double work = 3.0 * sizes.chunks() * sizes.batches();
            double time = new Clock(sizes.stages(), sizes.chunks()).run(actions);
            assertEquals(
                    idleShare(sizes.stages(), sizes.chunks(), sizes.batches()),
                    1 - work / time,
                    1e-12,
                    "idle share of a step that takes " + time);
        });
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

    /** Runs all stages; each begins an action when it is done with the one before and has what it needs. */
    private static final class Clock {
        private final int stages;
        private final int parts;
        /** When the result of a pass over a part and batch is there. */
        private final Map<List<Integer>, Integer> done = new HashMap<>();

        Clock(int stages, int chunks) {
            this.stages = stages;
            this.parts = stages * chunks;
        }

        int run(List<List<Action>> actions) {
            var next = new int[stages];
            var time = new int[stages];
            boolean moves = true;
            while (moves) {
                moves = false;
                for (int stage = 0; stage < stages; stage++) {
                    var own = actions.get(stage);
                    while (next[stage] < own.size() && done.keySet().containsAll(needs(own.get(next[stage]), stage))) {
                        time[stage] = end(own.get(next[stage]++), stage, time[stage]);
                        moves = true;
                    }
                }
            }
            for (int stage = 0; stage < stages; stage++) {
                var own = actions.get(stage);
                assertTrue(
                        next[stage] == own.size(),
                        "stage " + stage + " waits for ever before action " + next[stage] + " of " + own);
            }
            return IntStream.of(time).max().orElse(0);
        }

        private List<List<Integer>> needs(Action action, int stage) {
            int part = action.part(stage, stages);
            var needs = new ArrayList<List<Integer>>();
            switch (action) {
                case Forward(int batch, int _) -> {
                    if (part > 0) {
                        needs.add(List.of(FORWARD, part - 1, batch));
                    }
                }
                case Backward(int batch, int _) -> backward(needs, part, batch);
                case BackwardInput(int batch, int _) -> backward(needs, part, batch);
                case BackwardWeight(int batch, int _) -> needs.add(List.of(BACKWARD, part, batch));
            }
            return needs;
        }

        private void backward(List<List<Integer>> needs, int part, int batch) {
            needs.add(List.of(FORWARD, part, batch));
            if (part < parts - 1) {
                needs.add(List.of(BACKWARD, part + 1, batch));
            }
        }

        private int end(Action action, int stage, int free) {
            int begin = needs(action, stage).stream().mapToInt(done::get).reduce(free, Math::max);
            int end = begin + (action instanceof Backward ? 2 : 1);
            if (!(action instanceof BackwardWeight)) {
                int pass = action instanceof Forward ? FORWARD : BACKWARD;
                done.put(List.of(pass, action.part(stage, stages), action.batch()), end);
            }
            return end;
        }
    }
}
