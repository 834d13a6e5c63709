package org.borealis.recipe;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Reads and checks recipes; a service. */
@ProviderType
public interface Recipes {

    /**
     * Reads a recipe. Where it says {@code missing: wait}, the section of a plug-in that is not installed stays as it was written;
     * {@link Plugins#open} checks it once the plug-in has come.
     *
     * @param pathOrName a file, or the name of a shipped recipe
     * @param overrides {@code key=value} with a dotted key and a YAML value, applied in order
     * @throws org.borealis.tensor.BorealisException naming file, line or override, key, what was wanted, what came, and the nearest
     *     legal spelling
     */
    Recipe read(String pathOrName, List<String> overrides);

    /** Checks recipe text that {@link #write} gave, or any other. */
    Recipe parse(String yaml, String origin, List<String> overrides);

    /** The whole recipe as YAML, defaults included. */
    String write(Recipe recipe);

    /** Typed view of the settings that belong to no plug-in. */
    RunSettings settings(Recipe recipe);
}
