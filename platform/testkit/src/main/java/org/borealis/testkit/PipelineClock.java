package org.borealis.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.parallel.PipelineSchedule.Action;
import org.borealis.parallel.PipelineSchedule.Backward;
import org.borealis.parallel.PipelineSchedule.BackwardInput;
import org.borealis.parallel.PipelineSchedule.BackwardWeight;
import org.borealis.parallel.PipelineSchedule.Forward;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs the stages of a pipeline on paper: each begins an action when it is done with the one before and has what it needs; messages take
 * no time.
 */
@ProviderType
public final class PipelineClock {
    private static final int FORWARD = 0;
    private static final int BACKWARD = 1;

    private final int stages;
    private final int parts;
    private final Cost cost;
    /** When the result of a pass over a part and batch is there. */
    private final Map<List<Integer>, Double> done = new HashMap<>();

    /** How long an action takes. */
    @FunctionalInterface
    public interface Cost {
        /** In any unit of time. */
        double of(int stage, Action action);
    }

    private PipelineClock(int stages, int chunks, Cost cost) {
        this.stages = stages;
        this.parts = stages * chunks;
        this.cost = cost;
    }

    /**
     * Runs a step.
     *
     * @return share of the step, from its first action to its last, in which a stage computes nothing; the mean of all stages
     * @throws IllegalStateException if a stage waits for ever; names it
     */
    public static double idleShare(PipelineSchedule schedule, int stages, int chunks, int batches, Cost cost) {
        var actions = IntStream.range(0, stages)
                .mapToObj(stage -> schedule.actions(stage, stages, chunks, batches))
                .toList();
        double time = new PipelineClock(stages, chunks, cost).run(actions);
        double work = 0;
        for (int stage = 0; stage < stages; stage++) {
            for (var action : actions.get(stage)) {
                work += cost.of(stage, action);
            }
        }
        return 1 - work / (stages * time);
    }

    private double run(List<List<Action>> actions) {
        var next = new int[stages];
        var time = new double[stages];
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
            if (next[stage] < actions.get(stage).size()) {
                throw new IllegalStateException("stage " + stage + " waits for ever before action " + next[stage]
                        + " of " + actions.get(stage));
            }
        }
        return IntStream.range(0, stages)
                .mapToDouble(stage -> time[stage])
                .max()
                .orElse(0);
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

    private double end(Action action, int stage, double free) {
        double begin = needs(action, stage).stream()
                .mapToDouble(need -> Objects.requireNonNull(done.get(need)))
                .reduce(free, Math::max);
        double end = begin + cost.of(stage, action);
        if (!(action instanceof BackwardWeight)) {
            int pass = action instanceof Forward ? FORWARD : BACKWARD;
            done.put(List.of(pass, action.part(stage, stages), action.batch()), end);
        }
        return end;
    }
}
