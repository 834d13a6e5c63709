package org.borealis.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A plug-in choice: its name and its settings, complete with defaults once the recipe has been resolved. Nested settings are
 * flattened with dots, such as {@code rotary.theta}.
 *
 * @param groups other choices for some of what the plug-in works on; an optimizer's, in the order in which they are tried
 */
@ProviderType
public record Section(String name, Map<String, Object> settings, List<Group> groups) {
    public Section {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        groups = List.copyOf(groups);
    }

    /** Without groups. */
    public Section(String name, Map<String, Object> settings) {
        this(name, settings, List.of());
    }

    /**
     * A choice for the parameters whose names fit a pattern.
     *
     * @param match pattern in which {@code *} stands for any characters, such as {@code *.norm.*}
     */
    @ProviderType
    public record Group(String match, Section section) {}

    /** This section with one setting changed. */
    public Section with(String key, Object value) {
        var changed = new LinkedHashMap<>(settings);
        changed.put(key, value);
        return new Section(name, changed, groups);
    }

    /** This section with other groups. */
    public Section with(List<Group> others) {
        return new Section(name, settings, others);
    }
}
