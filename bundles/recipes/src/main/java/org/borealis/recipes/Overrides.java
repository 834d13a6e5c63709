package org.borealis.recipes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;

/** Changes that the command line makes to a recipe: {@code --set key=value}. */
final class Overrides {
    private Overrides() {}

    /** The keys of a recipe after the overrides, the last one winning. */
    static Map<String, Given> apply(Map<String, Given> recipe, List<String> overrides) {
        var changed = new LinkedHashMap<>(recipe);
        for (String override : overrides) {
            changed.putAll(read(override));
        }
        return changed;
    }

    private static Map<String, Given> read(String override) {
        int equals = override.indexOf('=');
        String key = equals < 0 ? "" : override.substring(0, equals).strip();
        if (key.isEmpty() || key.startsWith(".") || key.endsWith(".") || key.contains("..")) {
            throw new BorealisException(
                    "recipe-override",
                    "the override '" + override + "' is not of the form key=value, such as optimizer.rate=1e-3");
        }
        String value = override.substring(equals + 1).strip();
        String origin = "--set " + override;
        if (value.startsWith("[") || value.startsWith("{") || value.startsWith("\"") || value.startsWith("'")) {
            return YamlReader.value(key, value, origin);
        }
        // Anything else is one word, so that sample.prompt=ROMEO: is a text and not a section.
        Word plain = Word.plain(value);
        Word word = plain.isNothing() ? Word.quoted(value) : plain;
        String full =
                Contract.of(key).map(contract -> key + "." + contract.nameKey()).orElse(key);
        return Map.of(full, Given.of(word, origin).overriding());
    }
}
