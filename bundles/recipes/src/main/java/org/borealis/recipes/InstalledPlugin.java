package org.borealis.recipes;

import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.borealis.recipe.Contract;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** A component that a recipe can choose by name. */
record InstalledPlugin(Contract<?> contract, String name, Bundle bundle, ComponentDescriptionDTO component) {

    /** Identity of its configurations. */
    String pid() {
        String[] pids = component.configurationPid;
        return pids == null || pids.length == 0 || pids[0].equals("$") ? component.name : pids[0];
    }

    /** Bundle and version, for people and for a run's lineage. */
    String origin() {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }

    Schema schema() {
        return new Schema(contract.section() + " '" + name + "'", contract.section() + ".", settings());
    }

    private List<Setting> settings() {
        Enumeration<URL> documents = bundle.findEntries("OSGI-INF/metatype", "*.xml", false);
        if (documents == null) {
            return List.of();
        }
        return Collections.list(documents).stream()
                .map(document -> Metatype.settings(document, pid()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(List.of());
    }
}
