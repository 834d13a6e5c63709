package org.borealis.shell;

import java.util.Collection;
import java.util.Map;

/** Writes maps, collections, strings, numbers and truth values as JSON, two spaces a level. */
final class Json {
    private final StringBuilder text = new StringBuilder();

    private Json() {}

    static String of(Object value) {
        var json = new Json();
        json.write(value, "\n");
        return json.text.toString();
    }

    private void write(Object value, String lineBreak) {
        switch (value) {
            case Map<?, ?> map -> {
                String separator = "";
                text.append('{');
                for (var entry : map.entrySet()) {
                    text.append(separator).append(lineBreak).append("  ");
                    quote(entry.getKey().toString());
                    text.append(": ");
                    write(entry.getValue(), lineBreak + "  ");
                    separator = ",";
                }
                text.append(map.isEmpty() ? "" : lineBreak).append('}');
            }
            case Collection<?> items -> {
                String separator = "";
                text.append('[');
                for (Object item : items) {
                    text.append(separator).append(lineBreak).append("  ");
                    write(item, lineBreak + "  ");
                    separator = ",";
                }
                text.append(items.isEmpty() ? "" : lineBreak).append(']');
            }
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            default -> quote(value.toString());
        }
    }

    private void quote(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
