package org.borealis.recipes;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Section;

/** Writes a recipe as YAML that reads back as the same recipe: one key a line, in the order that the settings were declared in. */
final class RecipeWriter {
    /** Words that need no quotes in any version of YAML, provided that they are not numbers or claims. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_./][A-Za-z0-9_./-]*");
    /** YAML 1.1, which other tools read, takes these for true and false. */
    private static final Pattern OLD_CLAIM = Pattern.compile("(?i)y|n|yes|no|on|off");

    private final StringBuilder yaml = new StringBuilder();

    private RecipeWriter() {}

    static String write(Recipe recipe) {
        var root = new LinkedHashMap<String, Object>();
        recipe.run().forEach((key, value) -> insert(root, key, value));
        recipe.sections().forEach((section, choice) -> {
            String nameKey = Contract.of(section).map(Contract::nameKey).orElse("name");
            root.put(section, section(nameKey, choice));
        });
        var writer = new RecipeWriter();
        writer.section(root, "");
        return writer.yaml.toString();
    }

    private static Map<String, Object> section(String nameKey, Section choice) {
        var inner = new LinkedHashMap<String, Object>();
        inner.put(nameKey, choice.name());
        choice.settings().forEach((key, value) -> insert(inner, key, value));
        if (!choice.groups().isEmpty()) {
            inner.put("groups", groups(nameKey, choice));
        }
        return inner;
    }

    private static List<Map<String, Object>> groups(String nameKey, Section choice) {
        return choice.groups().stream()
                .map(group -> {
                    var keys = new LinkedHashMap<String, Object>();
                    keys.put(Groups.MATCH, group.match());
                    keys.putAll(section(nameKey, group.section()));
                    keys.remove("clip"); // the gradient is clipped as a whole
                    return (Map<String, Object>) keys;
                })
                .toList();
    }

    /** Puts a dotted key into nested sections; it stays dotted where a setting already has the section's name. */
    private static void insert(Map<String, Object> section, String key, Object value) {
        int dot = key.indexOf('.');
        Optional<Map<String, Object>> inner = dot < 0 ? Optional.empty() : inner(section, key.substring(0, dot));
        if (inner.isPresent()) {
            insert(inner.get(), key.substring(dot + 1), value);
        } else if (section.get(key) instanceof Map<?, ?> taken) {
            // The reverse order: the longer key came first.
            section.remove(key);
            section.put(key, value);
            taken.forEach((rest, deeper) -> section.put(key + "." + rest, deeper));
        } else {
            section.put(key, value);
        }
    }

    @SuppressWarnings("unchecked") // nothing but insert puts maps here
    private static Optional<Map<String, Object>> inner(Map<String, Object> section, String name) {
        Object inner = section.computeIfAbsent(name, missing -> new LinkedHashMap<String, Object>());
        return inner instanceof Map<?, ?> ? Optional.of((Map<String, Object>) inner) : Optional.empty();
    }

    private void section(Map<String, Object> section, String indent) {
        section.forEach((key, value) -> {
            yaml.append(indent).append(text(key)).append(':');
            if (value instanceof Map<?, ?> inner) {
                yaml.append('\n');
                inner(section, key).ifPresent(deeper -> section(deeper, indent + "  "));
            } else if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
                yaml.append('\n');
                list.forEach(each -> item(each, indent + "  "));
            } else {
                yaml.append(' ').append(value(value)).append('\n');
            }
        });
    }

    /** A section of a list, after a dash. */
    @SuppressWarnings("unchecked") // nothing but groups puts maps into lists
    private void item(Object section, String indent) {
        int start = yaml.length();
        section((Map<String, Object>) section, indent + "  ");
        yaml.setCharAt(start + indent.length(), '-');
    }

    private static String value(Object value) {
        return switch (value) {
            case Collection<?> list ->
                list.stream().map(RecipeWriter::value).collect(Collectors.joining(", ", "[", "]"));
            case Double real -> number(real.toString());
            case Float real -> number(real.toString());
            case Number whole -> whole.toString();
            case Boolean claim -> claim.toString();
            default -> text(value.toString());
        };
    }

    private static String number(String real) {
        return switch (real) {
            case "NaN" -> ".nan";
            case "Infinity" -> ".inf";
            case "-Infinity" -> "-.inf";
            default -> real.replace('E', 'e');
        };
    }

    private static String text(String text) {
        boolean isPlain = PLAIN.matcher(text).matches()
                && !OLD_CLAIM.matcher(text).matches()
                && Word.plain(text).value() instanceof String;
        return isPlain ? text : quoted(text);
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(point -> {
            switch (point) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (isPrintable(point)) {
                        quoted.appendCodePoint(point);
                    } else {
                        quoted.append(String.format(point > 0xffff ? "\\U%08x" : "\\u%04x", point));
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }

    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
