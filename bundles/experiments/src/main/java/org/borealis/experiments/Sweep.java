package org.borealis.experiments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.borealis.tensor.BorealisException;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A recipe and its variants, as a file says:
 *
 * <pre>
 * name: rates
 * recipe: quickstart
 * set: {steps: 200}
 * grid: {optimizer: [adamw, lion], optimizer.rate: [1e-3, 3e-4]}
 * list: [{optimizer: {name: sgd, rate: 0.1}}]
 * </pre>
 *
 * @param recipe a path, or the name of a shipped one
 * @param common settings of all trials
 */
record Sweep(String name, String recipe, Map<String, String> common, List<Trial> trials) {
    private static final int MOST_TRIALS = 999;
    private static final int MOST_CHARACTERS = 1 << 20;
    private static final Set<String> KEYS = Set.of("name", "recipe", "set", "grid", "list");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_./][A-Za-z0-9_./-]*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /**
     * Reads a file.
     *
     * @throws BorealisException that says what is wrong with it
     */
    static Sweep read(Path file) {
        var keys = section(load(file), file + "");
        var unknown = new TreeSet<>(keys.keySet());
        unknown.removeAll(KEYS);
        require(unknown.isEmpty(), file, "a sweep has no key " + unknown + "; its keys: " + new TreeSet<>(KEYS));
        var variants = new ArrayList<Map<String, String>>();
        if (keys.get("list") instanceof Collection<?> list) {
            list.forEach(each -> variants.add(settings(each, file + ": list")));
        }
        if (keys.containsKey("grid")) {
            variants.addAll(grid(section(keys.get("grid"), file + ": grid"), file));
        }
        require(
                !variants.isEmpty() && variants.size() <= MOST_TRIALS,
                file,
                "'grid' and 'list' give " + variants.size() + " trials; give 1 to " + MOST_TRIALS
                        + ", as in 'grid: {optimizer.rate: [1e-3, 3e-4]}' or 'list: [{seed: 1}, {seed: 2}]'");
        var trials = new ArrayList<Trial>();
        variants.forEach(settings -> trials.add(Trial.of(trials.size() + 1, settings)));
        String name = text(keys, "name", file);
        require(NAME.matcher(name).matches(), file, "'" + name + "' can't name a folder; take letters, digits and .-_");
        return new Sweep(
                name,
                recipe(text(keys, "recipe", file), file),
                keys.containsKey("set") ? settings(keys.get("set"), file + ": set") : Map.of(),
                trials);
    }

    private static Object load(Path file) {
        try {
            require(Files.isRegularFile(file), file, "there is no such file");
            require(Files.size(file) <= MOST_CHARACTERS, file, "it is too long for a sweep");
            var settings = LoadSettings.builder().setLabel(file.toString()).build();
            var content = new Load(settings).loadFromString(Files.readString(file));
            return content == null ? Map.of() : content;
        } catch (YamlEngineException | IOException e) {
            throw new BorealisException("sweep", file + ": " + e.getMessage(), e);
        }
    }

    /** Beside the sweep's file if it is there. */
    private static String recipe(String given, Path file) {
        var beside = file.toAbsolutePath().resolveSibling(given);
        return Files.isRegularFile(beside) ? beside.toString() : given;
    }

    private static String text(Map<String, Object> keys, String key, Path file) {
        require(keys.get(key) instanceof String, file, "it needs '" + key + ": ..', a text; got " + keys.get(key));
        return String.valueOf(keys.get(key));
    }

    private static void require(boolean holds, Path file, String complaint) {
        if (!holds) {
            throw new BorealisException("sweep", file + ": " + complaint);
        }
    }

    private static Map<String, Object> section(Object yaml, String place) {
        if (!(yaml instanceof Map<?, ?> map)) {
            throw new BorealisException("sweep", place + ": there must be lines 'key: value', but it is " + yaml);
        }
        var section = new LinkedHashMap<String, Object>();
        map.forEach((key, value) -> section.put(String.valueOf(key), value));
        return section;
    }

    private static Map<String, String> settings(Object yaml, String place) {
        var settings = new LinkedHashMap<String, String>();
        section(yaml, place).forEach((key, value) -> settings.put(key, override(value)));
        return settings;
    }

    /** Every combination; the last key changes fastest. */
    private static List<Map<String, String>> grid(Map<String, Object> keys, Path file) {
        List<Map<String, String>> all = List.of(Map.of());
        for (var entry : keys.entrySet()) {
            var values = entry.getValue() instanceof Collection<?> several ? several : List.of();
            require(!values.isEmpty(), file, "'grid." + entry.getKey() + "' must be a list of values, such as [1, 2]");
            var longer = new ArrayList<Map<String, String>>();
            for (var shorter : all) {
                for (Object value : values) {
                    var settings = new LinkedHashMap<>(shorter);
                    settings.put(entry.getKey(), override(value));
                    longer.add(settings);
                }
            }
            require(longer.size() <= MOST_TRIALS, file, "'grid' gives more than " + MOST_TRIALS + " trials");
            all = longer;
        }
        return all;
    }

    /** A value as {@code --set} takes it. */
    private static String override(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Collection<?> list -> list.stream().map(Sweep::inner).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + inner(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            default -> value.toString();
        };
    }

    /** A value within a list or a section, where YAML reads on: a text that is more than a word needs quotes. */
    private static String inner(@Nullable Object value) {
        return value instanceof String text && !WORD.matcher(text).matches()
                ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : override(value);
    }
}
