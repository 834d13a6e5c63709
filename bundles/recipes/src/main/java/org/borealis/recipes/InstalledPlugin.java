package org.borealis.recipes;

import org.borealis.recipe.Contract;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** A component that a recipe can choose by name. */
record InstalledPlugin(Contract<?> contract, String name, Bundle bundle, ComponentDescriptionDTO component) {

    /** Identity of its configurations. */
    String pid() {
        return pid(component);
    }

    static String pid(ComponentDescriptionDTO component) {
        String[] pids = component.configurationPid;
        return pids == null || pids.length == 0 || pids[0].equals("$") ? component.name : pids[0];
    }

    /** Bundle and version, for people. */
    String label() {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }

    /** Bundle, version and content, for a run's lineage. */
    String origin() {
        return label() + " (" + ContentDigest.of(bundle) + ")";
    }

    Schema schema() {
        return new Schema(
                contract.section() + " '" + name + "'", contract.section() + ".", Metatype.settings(bundle, pid()));
    }
}
