package org.borealis.recipe;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A setting as a plug-in declares it, for people.
 *
 * @param type {@code long}, {@code integer}, {@code short}, {@code byte}, {@code double}, {@code float}, {@code boolean} or
 *     {@code string}; of a list, that of its elements
 * @param isRequired whether it has no value unless one is given, and must have one
 * @param defaults several for a list, at most one for any other; none if there is no default, or it is the empty list
 * @param range in words, as in {@code 0 to 1}; empty if every value of the type will do
 * @param options the only legal words; empty if there is no such list
 */
@ProviderType
public record DeclaredSetting(
        String key,
        String type,
        boolean isList,
        boolean isRequired,
        List<String> defaults,
        String range,
        List<String> options,
        String description) {
    public DeclaredSetting {
        defaults = List.copyOf(defaults);
        options = List.copyOf(options);
    }
}
