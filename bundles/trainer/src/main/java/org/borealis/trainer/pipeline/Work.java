package org.borealis.trainer.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.parallel.PipelineSchedule.Action;
import org.borealis.parallel.PipelineSchedule.Backward;
import org.borealis.parallel.PipelineSchedule.BackwardInput;
import org.borealis.parallel.PipelineSchedule.BackwardWeight;
import org.borealis.parallel.PipelineSchedule.Forward;
import org.borealis.trainer.pipeline.Messages.Expected;
import org.borealis.trainer.pipeline.Messages.Key;
import org.borealis.trainer.step.StepTrace;

/**
 * An action with all that is known of it before a step.
 *
 * @param place which of the part's buffers its micro-batch has
 * @param pieces programs of the part that it runs, in order
 * @param added sums that hold something already; those that are not named are written over
 */
record Work(Action action, int part, int place, List<Integer> pieces, Set<String> added) {

    /** Whether it computes activations. */
    boolean isForward() {
        return action instanceof Forward;
    }

    /** Whether it needs the gradient of its output, and gives that of its input. */
    boolean isBackward() {
        return action instanceof Backward || action instanceof BackwardInput;
    }

    /** Whether gradients of weights are computed apart, by chunk. */
    static Set<Integer> split(List<Action> actions) {
        var split = new HashSet<Integer>();
        actions.stream().filter(BackwardWeight.class::isInstance).forEach(a -> split.add(a.chunk()));
        return split;
    }

    /**
     * A stage's actions, with a place for each micro-batch from its forward pass on until nothing needs it any more.
     *
     * @param sums by part, those that it adds gradients to
     */
    static List<Work> of(List<Action> actions, PipelineModel model, Map<Integer, Set<String>> sums) {
        var split = split(actions);
        var places = new HashMap<List<Integer>, Integer>();
        var free = new HashMap<Integer, ArrayDeque<Integer>>();
        var taken = new HashMap<Integer, Integer>();
        var written = new HashSet<String>();
        var all = new ArrayList<Work>();
        for (var action : actions) {
            int part = action.part(model.stage(), model.stages());
            var key = List.of(action.chunk(), action.batch());
            var unused = free.computeIfAbsent(action.chunk(), _ -> new ArrayDeque<>());
            int place = places.computeIfAbsent(
                    key, _ -> unused.isEmpty() ? taken.merge(action.chunk(), 1, Integer::sum) - 1 : unused.pop());
            var pieces = pieces(action, split.contains(action.chunk()));
            var adds = new HashSet<String>();
            if (action instanceof Forward && model.isLast(part)) {
                adds.add(StepTrace.LOSS);
            }
            if (action.isLast()) {
                adds.addAll(sums.getOrDefault(part, Set.of()));
                unused.push(place);
                places.remove(key);
            }
            var added = new HashSet<>(adds);
            added.retainAll(written);
            written.addAll(adds);
            all.add(new Work(action, part, place, pieces, Set.copyOf(added)));
        }
        return List.copyOf(all);
    }

    private static List<Integer> pieces(Action action, boolean isSplit) {
        return switch (action) {
            case Forward _ -> List.of(PartTrace.FORWARD);
            case Backward _ -> isSplit ? List.of(PartTrace.BACKWARD, PartTrace.WEIGHTS) : List.of(PartTrace.BACKWARD);
            case BackwardInput _ -> List.of(PartTrace.BACKWARD);
            case BackwardWeight _ -> List.of(PartTrace.WEIGHTS);
        };
    }

    /** What the other stages send to this one in a step, by stage, in the order in which each does. */
    static Map<Integer, List<Expected>> expected(
            PipelineSchedule schedule, PipelineModel model, int chunks, int batches, Sizes sizes) {
        var expected = new LinkedHashMap<Integer, List<Expected>>();
        for (int peer = 0; peer < model.stages(); peer++) {
            if (peer == model.stage()) {
                continue;
            }
            var messages = new ArrayList<Expected>();
            for (var action : schedule.actions(peer, model.stages(), chunks, batches)) {
                int part = action.part(peer, model.stages());
                if (action instanceof Forward && !model.isLast(part) && model.stageOf(part + 1) == model.stage()) {
                    messages.add(sizes.of(new Key(false, part + 1, action.batch())));
                }
                boolean isBackward = action instanceof Backward || action instanceof BackwardInput;
                if (isBackward && part > 0 && model.stageOf(part - 1) == model.stage()) {
                    messages.add(sizes.of(new Key(true, part, action.batch())));
                }
            }
            if (!messages.isEmpty()) {
                expected.put(peer, List.copyOf(messages));
            }
        }
        return expected;
    }

    /** How large messages are. */
    @FunctionalInterface
    interface Sizes {
        Expected of(Key key);
    }
}
