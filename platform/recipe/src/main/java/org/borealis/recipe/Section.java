package org.borealis.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A plug-in choice: its name and its settings, complete with defaults once the recipe has been resolved. Nested settings are
 * flattened with dots, such as {@code rotary.theta}.
 */
@ProviderType
public record Section(String name, Map<String, Object> settings) {
    public Section {
        settings = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** This section with one setting changed. */
    public Section with(String key, Object value) {
        var changed = new LinkedHashMap<>(settings);
        changed.put(key, value);
        return new Section(name, changed);
    }
}
