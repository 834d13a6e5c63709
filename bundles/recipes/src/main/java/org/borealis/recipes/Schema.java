package org.borealis.recipes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.tensor.BorealisException;

/**
 * The settings that a plug-in, or the run itself, declares.
 *
 * @param owner whose they are, for messages: {@code optimizer 'adamw'}
 * @param prefix what stands before their keys in a recipe: {@code optimizer.}, or nothing
 */
record Schema(String owner, String prefix, List<Setting> settings) {
    Schema {
        settings = List.copyOf(settings);
    }

    List<String> keys() {
        return settings.stream().map(Setting::key).toList();
    }

    Optional<Setting> setting(String key) {
        return settings.stream().filter(setting -> setting.key().equals(key)).findFirst();
    }

    /** Typed values of all settings, in their declared order: the given ones checked, the others by default. */
    Map<String, Object> complete(Map<String, Given> given, Problems problems) {
        given.forEach((key, value) -> {
            if (setting(key).isEmpty()) {
                problems.add("recipe-key", unknown(key, value));
            }
        });
        var complete = new LinkedHashMap<String, Object>();
        for (Setting setting : settings) {
            Optional<Object> value = Optional.ofNullable(given.get(setting.key()))
                    .map(written -> read(setting, written, problems))
                    .orElseGet(() -> fallback(setting, problems));
            value.ifPresent(present -> complete.put(setting.key(), present));
        }
        return complete;
    }

    private Optional<Object> read(Setting setting, Given given, Problems problems) {
        Optional<Object> value = setting.read(given);
        if (value.isEmpty()) {
            problems.add("recipe-value", unfit(setting, given));
        }
        return value;
    }

    private Optional<Object> fallback(Setting setting, Problems problems) {
        Optional<Object> value = setting.defaultValue();
        if (value.isEmpty() && setting.defaults().isPresent()) {
            throw new BorealisException(
                    "plugin-settings",
                    owner + " declares a default for '" + setting.key() + "' that is not " + setting.wanted()
                            + "; this is a defect of the plug-in");
        }
        if (value.isEmpty() && setting.isRequired()) {
            problems.add(
                    "recipe-value",
                    "the recipe must give '" + prefix + setting.key() + "' to " + owner + ": " + setting.wanted());
        }
        return value;
    }

    private String unfit(Setting setting, Given given) {
        String came =
                given.isNothing() ? "has no value; remove the line to get the default" : "is '" + given.text() + "'";
        String hint = setting.options().isEmpty() ? "" : Spelling.hint(given.text(), setting.options());
        return given.origin() + ": '" + prefix + setting.key() + "' must be " + setting.wanted() + ", but " + came
                + hint;
    }

    private String unknown(String key, Given given) {
        String legal = settings.isEmpty() ? "It has no settings." : "Its settings: " + String.join(", ", keys()) + ".";
        String hint = Spelling.hint(key, keys());
        return given.origin() + ": " + owner + " has no setting '" + key + "'" + (hint.isEmpty() ? ". " : hint + " ")
                + legal;
    }
}
