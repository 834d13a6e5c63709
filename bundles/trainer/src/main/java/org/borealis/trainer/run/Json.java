package org.borealis.trainer.run;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** JSON text of numbers, strings, booleans, lists and maps of those. Doubles as short as they can be read back; NaN as a string. */
public final class Json {
    private final StringBuilder text = new StringBuilder();

    private Json() {}

    /** The value on one line. */
    public static String of(Object value) {
        var json = new Json();
        json.write(value);
        return json.text.toString();
    }

    private void write(Object value) {
        switch (value) {
            case Map<?, ?> map -> writeMap(map);
            case List<?> list -> writeList(list);
            case Double number when !Double.isFinite(number) -> writeString(number.toString());
            case Float number when !Float.isFinite(number) -> writeString(number.toString());
            case Number number -> text.append(number);
            case Boolean bool -> text.append(bool);
            default -> writeString(value.toString());
        }
    }

    private void writeMap(Map<?, ?> map) {
        text.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
            var entry = i.next();
            writeString(String.valueOf(entry.getKey()));
            text.append(':');
            write(entry.getValue());
            text.append(i.hasNext() ? "," : "");
        }
        text.append('}');
    }

    private void writeList(List<?> list) {
        text.append('[');
        for (Iterator<?> i = list.iterator(); i.hasNext(); ) {
            write(i.next());
            text.append(i.hasNext() ? "," : "");
        }
        text.append(']');
    }

    private void writeString(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                default -> text.append(isPlain(string, i) ? String.valueOf(c) : String.format("\\u%04x", (int) c));
            }
        }
        text.append('"');
    }

    /** Control characters, and halves of surrogate pairs that stand alone, have no place in UTF-8 JSON. */
    private static boolean isPlain(String string, int index) {
        char c = string.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 < string.length() && Character.isLowSurrogate(string.charAt(index + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return index > 0 && Character.isHighSurrogate(string.charAt(index - 1));
        }
        return c >= ' ';
    }
}
