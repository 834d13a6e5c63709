package org.borealis.recipes;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.borealis.recipe.DeclaredSetting;

/**
 * A setting that a plug-in, or the run itself, declares.
 *
 * @param least smallest value, or shortest text
 * @param most largest value, or longest text
 * @param options the only legal words; empty if there is no such list
 * @param defaults as declared; empty if the setting must be given, or has no value unless it is
 */
record Setting(
        String key,
        Kind kind,
        boolean isList,
        Optional<BigDecimal> least,
        Optional<BigDecimal> most,
        List<String> options,
        Optional<List<String>> defaults,
        boolean isRequired,
        String description) {

    /** What was given as a value of this setting's type, if it is one and within its range. */
    Optional<Object> read(Given given) {
        if (given.isList() && !isList) {
            return Optional.empty();
        }
        var values = given.words().stream().map(this::read).toList();
        if (values.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        return Optional.of(
                isList
                        ? values.stream().map(Optional::get).toList()
                        : values.getFirst().get());
    }

    private Optional<Object> read(Word word) {
        // A default is legal even outside of the range: "0 means none" beside a range from 1.
        return kind.read(word).filter(value -> isDefault(value) || isAllowed(value));
    }

    private boolean isDefault(Object value) {
        return !isList && defaultValue().filter(value::equals).isPresent();
    }

    private boolean isAllowed(Object value) {
        if (!options.isEmpty() && !options.contains(value.toString())) {
            return false;
        }
        if (value instanceof Boolean) {
            return true;
        }
        var size = value instanceof String text ? BigDecimal.valueOf(text.length()) : new BigDecimal(value.toString());
        return least.stream().allMatch(bound -> bound.compareTo(size) <= 0)
                && most.stream().allMatch(bound -> bound.compareTo(size) >= 0);
    }

    /** The declared default; empty if there is none. */
    Optional<Object> defaultValue() {
        return defaults.flatMap(words -> {
            var values = words.stream().map(this::declared).toList();
            if (values.stream().anyMatch(Optional::isEmpty)) {
                return Optional.empty();
            }
            List<Object> present = values.stream().map(Optional::get).toList();
            return isList ? Optional.of(present) : present.stream().findFirst();
        });
    }

    private Optional<Object> declared(String text) {
        return kind.read(kind == Kind.STRING ? Word.quoted(text) : Word.plain(text));
    }

    /** What is declared, for a list of all settings. */
    DeclaredSetting declaration() {
        return new DeclaredSetting(
                key,
                kind.name().toLowerCase(Locale.ROOT),
                isList,
                isRequired && defaults.isEmpty(),
                defaults.orElse(List.of()),
                limits(),
                options,
                description);
    }

    /** What is wanted, for messages: type, range, options, meaning and default. */
    String wanted() {
        String what = isList
                ? "a list of " + (options.isEmpty() ? kind.many : "words, each ")
                : options.isEmpty() ? kind.one : "";
        String choice = options.isEmpty() ? range() : "one of " + String.join(", ", options);
        String fallback = defaults.map(words -> "default " + shown(words)).orElse("");
        String remark =
                description.isEmpty() || fallback.isEmpty() ? description + fallback : description + "; " + fallback;
        return what + choice + (remark.isEmpty() ? "" : " (" + remark + ")");
    }

    private String shown(List<String> words) {
        String text = words.stream().collect(Collectors.joining(", "));
        return isList ? "[" + text + "]" : text.isEmpty() ? "''" : text;
    }

    private String range() {
        String limits = limits();
        if (limits.isEmpty()) {
            return kind.bounds();
        }
        return (least.isPresent() && most.isPresent() ? " from " : " of ") + limits;
    }

    /** As declared, in words; nothing where only the type sets limits. */
    private String limits() {
        String unit = kind == Kind.STRING ? " characters" : "";
        if (least.isPresent() && most.isPresent()) {
            return least.get() + " to " + most.get() + unit;
        }
        return least.map(value -> "at least " + value + unit)
                .or(() -> most.map(value -> "at most " + value + unit))
                .orElse("");
    }
}
