package org.borealis.trainer;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;

/** What differs between the recipe that a run began with and the one that it is to go on with. */
record RecipeChange(Set<String> refused, Set<String> noted) {
    /**
     * Keys, or sections before a dot, that may change: they leave the steps that were done as they are. The corpus is compared by its
     * digest, the tokenizer by its files, wherever they lie now; rematerialisation, offloading and
     * checks change no bit.
     */
    private static final Set<String> HARMLESS = Set.of(
            "name",
            "steps",
            "evaluate",
            "checkpoint",
            "sample",
            "nonFinite",
            "nonFiniteLimit",
            "missing",
            "timeout",
            "rematerialise",
            "offload",
            "check",
            "data.corpus",
            "data.text",
            "data.learnVocabulary",
            "tokenizer.path");

    /** Keys, or sections before a dot, on which nothing but the order of sums depends. */
    private static final Set<String> ROUNDING =
            Set.of(Contract.BACKEND.section(), Contract.COLLECTIVES.section(), "mesh", "parallel", "reduction");

    static RecipeChange between(Recipe before, Recipe now) {
        var old = flat(before);
        var fresh = flat(now);
        var keys = new TreeSet<>(old.keySet());
        keys.addAll(fresh.keySet());
        var differing = keys.stream()
                .filter(key -> !Objects.equals(text(old, key), text(fresh, key)))
                .filter(key -> !HARMLESS.contains(key) && !HARMLESS.contains(key.replaceAll("\\..*", "")))
                .collect(Collectors.partitioningBy(
                        key -> ROUNDING.contains(key) || ROUNDING.contains(key.replaceAll("\\..*", "")),
                        Collectors.toSet()));
        return new RecipeChange(
                differing.getOrDefault(false, Set.of()).stream()
                        .map(key -> key + " (" + text(old, key) + ", now " + text(fresh, key) + ")")
                        .collect(Collectors.toCollection(TreeSet::new)),
                new TreeSet<>(differing.getOrDefault(true, Set.of())));
    }

    void refuse(String run) {
        if (!refused.isEmpty()) {
            throw new BorealisException(
                    "recipe-changed",
                    "run '" + run + "' began with another recipe; what differs: " + String.join(", ", refused)
                            + ". Give the old values, or begin another run with --set name=NAME, or anew with --fresh");
        }
    }

    private static Map<String, Object> flat(Recipe recipe) {
        var values = new TreeMap<>(recipe.run());
        recipe.sections().forEach((name, section) -> add(values, name, section));
        return values;
    }

    private static void add(Map<String, Object> values, String name, Section section) {
        values.put(name + ".name", section.name());
        section.settings().forEach((key, value) -> values.put(name + "." + key, value));
        for (int i = 0; i < section.groups().size(); i++) {
            var group = section.groups().get(i);
            String key = name + ".groups." + i;
            values.put(key + ".match", group.match());
            add(values, key, group.section());
        }
    }

    /** Arrays have no equality, and 1 is 1.0 in YAML. */
    private static String text(Map<String, Object> values, String key) {
        return switch (values.get(key)) {
            case null -> "none";
            case Object[] array -> java.util.Arrays.toString(array);
            case double[] array -> java.util.Arrays.toString(array);
            case long[] array -> java.util.Arrays.toString(array);
            case int[] array -> java.util.Arrays.toString(array);
            case Number number ->
                new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
            case Object other -> other.toString();
        };
    }
}
