package org.borealis.trainer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.borealis.tensor.BorealisException;

/** Which plug-ins made which steps of a run. */
record Lineage(List<Entry> entries) {
    static final Lineage NONE = new Lineage(List.of());
    private static final String LINEAGE = "lineage";
    private static final String STEP = "step";
    private static final String PLUGINS = "plugins";

    Lineage {
        entries = List.copyOf(entries);
    }

    /**
     * The plug-ins of all steps up to the next entry.
     *
     * @param step steps that had been done when these came
     * @param plugins where they come from, by their places in the recipe
     */
    record Entry(long step, Map<String, String> plugins) {
        Entry {
            plugins = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(plugins));
        }
    }

    /** Another plug-in at one place. */
    record Swap(String place, String from, String to) {
        /** For the file of events. */
        Map<String, Object> event() {
            var values = new LinkedHashMap<String, Object>();
            values.put("section", place);
            values.put("from", from);
            values.put("to", to);
            return values;
        }

        /** What happened, but for when. */
        @Override
        public String toString() {
            return place + ": " + from + " is replaced by " + to;
        }
    }

    /** What a checkpoint holds; nothing of one that was written before there was a lineage. */
    static Lineage of(Map<String, Object> metadata) {
        if (!(metadata.get(LINEAGE) instanceof List<?> written)) {
            return NONE;
        }
        return new Lineage(written.stream().map(Lineage::entry).toList());
    }

    private static Entry entry(Object written) {
        if (written instanceof Map<?, ?> entry
                && entry.get(STEP) instanceof Number step
                && entry.get(PLUGINS) instanceof Map<?, ?> plugins) {
            var origins = new LinkedHashMap<String, String>();
            plugins.forEach((place, origin) -> origins.put(String.valueOf(place), String.valueOf(origin)));
            return new Entry(step.longValue(), origins);
        }
        throw new BorealisException(
                "checkpoint-metadata",
                "the checkpoint's lineage has an entry without step and plugins: " + written
                        + "; it was not written by a training run");
    }

    /** For a checkpoint. */
    void putInto(Map<String, Object> metadata) {
        metadata.put(
                LINEAGE,
                entries.stream()
                        .map(entry -> Map.of(STEP, entry.step(), PLUGINS, entry.plugins()))
                        .toList());
    }

    /** With these plug-ins from a step on; the same if they made the steps before it, too. */
    Lineage with(long step, Map<String, String> plugins) {
        var kept = new ArrayList<>(entries);
        kept.removeIf(entry -> entry.step() >= step); // those made no step
        var before = new Lineage(kept);
        if (kept.isEmpty() || !before.latest().equals(plugins)) {
            kept.add(new Entry(step, plugins));
        }
        return new Lineage(kept);
    }

    /** Those of the last steps; none if nothing is known. */
    Map<String, String> latest() {
        return entries.isEmpty() ? Map.of() : entries.getLast().plugins();
    }

    /** Those that make the step after so many. */
    Map<String, String> at(long step) {
        return entries.stream()
                .filter(entry -> entry.step() <= step)
                .reduce((_, later) -> later)
                .map(Entry::plugins)
                .orElse(Map.of());
    }

    /** What changed when so many steps had been done. */
    List<Swap> swaps(long step) {
        if (step == 0 || entries.size() < 2) {
            return List.of();
        }
        var before = at(step - 1);
        return at(step).entrySet().stream()
                .filter(now -> before.containsKey(now.getKey()))
                .map(now -> new Swap(now.getKey(), Objects.requireNonNull(before.get(now.getKey())), now.getValue()))
                .filter(swap -> !swap.from().equals(swap.to()))
                .toList();
    }

    /** In words, those of some plug-ins that are not among others. */
    static String differing(Map<String, String> some, Map<String, String> others) {
        return some.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(others.get(entry.getKey())))
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
