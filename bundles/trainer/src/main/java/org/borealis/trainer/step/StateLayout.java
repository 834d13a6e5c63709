package org.borealis.trainer.step;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.ranks.Ranks;

/**
 * What a run hands on from step to step. Where it is the same for two versions of a plug-in, one goes on from what the other left.
 *
 * @param parts what each is, by name
 */
public record StateLayout(Map<String, String> parts) {
    public StateLayout {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /**
     * Of what a checkpoint holds.
     *
     * @param tensors parameters and what the optimizer remembers of them, by the names that they have there
     * @param numbers names of what the optimizer remembers of the run
     * @param sequence tokens of a sequence
     */
    public static StateLayout of(Map<String, TensorType> tensors, Set<String> numbers, long sequence) {
        var parts = new LinkedHashMap<String, String>();
        parts.put("the length of sequences", Long.toString(sequence));
        tensors.forEach((name, type) -> parts.put(name, type.toString()));
        numbers.forEach(name -> parts.put("the optimizer's number '" + name + "'", "a number"));
        return new StateLayout(parts);
    }

    /**
     * Of a run.
     *
     * @param kept type of the parameters
     */
    public static StateLayout of(ModelFamily model, Optimizer optimizer, DataType kept) {
        var parameters = model.parameters();
        var types = TrainState.types(kept, parameters, new Holdings(parameters, optimizer, kept), Ranks.ALONE);
        return of(types, optimizer.numbers().keySet(), model.sequence());
    }

    /** The first thing that is not the same in the next one, in words, and how many there are. */
    public Optional<String> difference(StateLayout next) {
        var all = new LinkedHashSet<>(parts.keySet());
        all.addAll(next.parts.keySet());
        all.removeIf(name -> parts.getOrDefault(name, "").equals(next.parts.get(name)));
        return all.stream().findFirst().map(name -> {
            var now = next.parts.get(name);
            var before = parts.get(name);
            return name
                    + (before == null
                            ? " is not in the state of the run"
                            : " is " + before + " in the state of the run")
                    + (now == null ? " and would be forgotten" : ", and is wanted as " + now)
                    + (all.size() == 1 ? "" : ", the first of " + all.size() + " differences");
        });
    }
}
