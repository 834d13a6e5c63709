package org.borealis.trainer;

import java.util.Map;

/**
 * Which builds of its plug-ins a stretch of a run is to work with.
 *
 * @param origins by their places in the recipe; at any other place the newest that is installed will do
 * @param areStrict whether no other will do at these places, either
 */
record PluginVersions(Map<String, String> origins, boolean areStrict) {
    PluginVersions {
        origins = Map.copyOf(origins);
    }
}
