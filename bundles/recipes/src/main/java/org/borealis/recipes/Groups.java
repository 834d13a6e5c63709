package org.borealis.recipes;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys of a section's groups, such as {@code groups.0.match}. */
final class Groups {
    static final String MATCH = "match";
    private static final Pattern KEY = Pattern.compile("groups\\.(\\d{1,4})\\.(.+)");

    private Groups() {}

    /** Takes them out of a section's keys; by number, each with its own keys. */
    static SortedMap<Integer, Map<String, Given>> take(Map<String, Given> given) {
        var groups = new TreeMap<Integer, Map<String, Given>>();
        given.entrySet().removeIf(entry -> {
            Matcher key = KEY.matcher(entry.getKey());
            if (key.matches()) {
                groups.computeIfAbsent(Integer.valueOf(key.group(1)), _ -> new LinkedHashMap<>())
                        .put(key.group(2), entry.getValue());
            }
            return key.matches();
        });
        return groups;
    }
}
