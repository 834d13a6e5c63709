package org.borealis.jobs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;

/** What {@code --with} says. */
final class LauncherSettings {
    private LauncherSettings() {}

    /** Settings by key; what is given more than once is a list. */
    static Map<String, Object> parse(List<String> words) {
        var settings = new LinkedHashMap<String, Object>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new BorealisException(
                        "launch-with", "--with wants KEY=VALUE, such as queue=debug; got '" + word + "'");
            }
            settings.merge(word.substring(0, equals), value(word.substring(equals + 1)), LauncherSettings::joined);
        }
        return settings;
    }

    private static Object value(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return text.matches("[0-9]{1,18}") ? Long.valueOf(text) : text;
    }

    private static Object joined(Object first, Object next) {
        var all = new ArrayList<Object>(first instanceof List<?> several ? several : List.of(first));
        all.add(next);
        return List.copyOf(all);
    }
}
