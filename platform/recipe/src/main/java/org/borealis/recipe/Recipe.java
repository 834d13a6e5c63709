package org.borealis.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A checked recipe: every key is known, every value has its type and range, defaults are filled in.
 *
 * @param run settings by flattened key, such as {@code batch.micro}; see {@link RunSettings}
 * @param sections plug-in choices by section, such as {@code optimizer}
 */
@ProviderType
public record Recipe(Map<String, Object> run, Map<String, Section> sections) {
    public Recipe {
        run = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(run));
        sections = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(sections));
    }

    /** The choice that the recipe makes for a contract. */
    public Section section(Contract<?> contract) {
        var section = sections.get(contract.section());
        if (section == null) {
            throw new BorealisException(
                    "recipe-section",
                    "the recipe has no section '" + contract.section() + "'; it names the " + contract.section()
                            + " to use");
        }
        return section;
    }

    /** This recipe with one choice changed. */
    public Recipe with(Contract<?> contract, Section section) {
        var changed = new LinkedHashMap<>(sections);
        changed.put(contract.section(), section);
        return new Recipe(run, changed);
    }
}
