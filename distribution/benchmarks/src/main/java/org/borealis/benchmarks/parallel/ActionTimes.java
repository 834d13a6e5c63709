package org.borealis.benchmarks.parallel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.parallel.PipelineSchedule.Action;
import org.borealis.parallel.PipelineSchedule.Backward;
import org.borealis.parallel.PipelineSchedule.BackwardInput;
import org.borealis.parallel.PipelineSchedule.BackwardWeight;
import org.borealis.parallel.PipelineSchedule.Forward;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.PipelineClock;

/** How long the actions of a schedule took, and what follows for steps that were not measured. */
final class ActionTimes {
    private final Order order;
    private final int stages;
    private final Map<Key, Sum> sums = new HashMap<>();

    private record Key(int stage, Class<?> kind) {}

    private record Sum(double seconds, int count) {
        Sum plus(Sum other) {
            return new Sum(seconds + other.seconds, count + other.count);
        }
    }

    /** @param stages that are measured */
    ActionTimes(Order order, int stages) {
        this.order = order;
        this.stages = stages;
    }

    /**
     * Adds what a stage's programs took in a step.
     *
     * @param runs seconds of each, in order; behind those of the actions, others may follow
     */
    void add(int stage, int batches, List<Double> runs) {
        var actions = order.schedule().actions(stage, stages, order.chunks(), batches).stream()
                .filter(action -> !isNothing(action, stage, stages))
                .toList();
        if (runs.size() < actions.size()) {
            throw new BorealisException(
                    "benchmark",
                    order.label() + ", stage " + stage + ": " + runs.size() + " programs ran for " + actions.size()
                            + " actions");
        }
        for (int i = 0; i < actions.size(); i++) {
            var key = new Key(stage, actions.get(i).getClass());
            sums.merge(key, new Sum(runs.get(i), 1), Sum::plus);
        }
    }

    /** The first part has no input whose gradient anybody waits for. */
    private static boolean isNothing(Action action, int stage, int stages) {
        return action instanceof BackwardInput && action.part(stage, stages) == 0;
    }

    private double mean(int stage, Class<?> kind) {
        var sum = sums.getOrDefault(new Key(stage, kind), new Sum(0, 1));
        return sum.seconds() / sum.count();
    }

    /** Idle share of a step if messages took no time and every action its mean. */
    double replayed(int batches) {
        return PipelineClock.idleShare(
                order.schedule(), stages, order.chunks(), batches, (stage, action) -> mean(stage, action.getClass()));
    }

    /** Idle share with other numbers: all stages take what the last one took, and the first one computes all its gradients at once. */
    double simulated(int otherStages, int batches) {
        return PipelineClock.idleShare(order.schedule(), otherStages, order.chunks(), batches, (stage, action) -> {
            boolean isFirst = action.part(stage, otherStages) == 0;
            return switch (action) {
                case Forward forward -> last(Forward.class);
                case Backward backward -> last(Backward.class);
                case BackwardInput input -> isFirst ? 0 : last(BackwardInput.class);
                case BackwardWeight weight -> last(BackwardWeight.class) + (isFirst ? last(BackwardInput.class) : 0);
            };
        });
    }

    private double last(Class<?> kind) {
        return mean(stages - 1, kind);
    }
}
