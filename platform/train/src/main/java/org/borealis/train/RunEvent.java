package org.borealis.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Something that happened in a run: a line of {@code events.jsonl}.
 *
 * @param name such as {@code step}, {@code evaluation}, {@code checkpoint}, {@code start}, {@code end}, {@code warning}
 * @param values numbers, strings, booleans, lists and maps of those, by field name, in the order they are written
 */
@ProviderType
public record RunEvent(String name, Map<String, Object> values) {
    public RunEvent {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
