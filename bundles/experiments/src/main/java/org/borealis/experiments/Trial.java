package org.borealis.experiments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One variant of a sweep's recipe.
 *
 * @param name of its run: a number and the values that are its own
 * @param settings that differ from trial to trial, as {@code --set} takes them
 */
record Trial(String name, Map<String, String> settings) {
    private static final int LONGEST = 80;

    /** @param number from 1 */
    static Trial of(int number, Map<String, String> settings) {
        String values = settings.values().stream()
                .map(value -> value.replaceAll("[^A-Za-z0-9.-]+", "_").replaceAll("^_|_$", ""))
                .collect(Collectors.joining("_"));
        String name = "%03d_%s".formatted(number, values);
        return new Trial(name.substring(0, Math.min(LONGEST, name.length())), settings);
    }

    /** The command line of {@code borealis train}. */
    List<String> arguments(Sweep sweep, String runs) {
        var arguments = new ArrayList<>(List.of(sweep.recipe(), "--runs", runs));
        overrides(sweep).forEach(each -> arguments.addAll(List.of("--set", each)));
        return arguments;
    }

    /** What of the recipe it changes. */
    List<String> overrides(Sweep sweep) {
        var overrides = new ArrayList<String>();
        sweep.common().forEach((key, value) -> overrides.add(key + "=" + value));
        settings.forEach((key, value) -> overrides.add(key + "=" + value));
        overrides.add("name=" + name);
        return overrides;
    }
}
