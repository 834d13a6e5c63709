package org.borealis.shell;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.framework.Bundle;

/**
 * A component that can be chosen by name.
 *
 * @param contract fully qualified name of the interface that it implements
 * @param kind what the contract is called in a recipe: {@code optimizer}
 * @param name what it is called in a recipe: {@code adamw}
 * @param bundle where it comes from
 * @param component name of the component
 * @param state {@code ready}, {@code active}, or why it is neither
 */
record InstalledPlugin(String contract, String kind, String name, Bundle bundle, String component, String state) {

    Map<String, Object> toJson() {
        var json = new LinkedHashMap<String, Object>();
        json.put("kind", kind);
        json.put("name", name);
        json.put("state", state);
        json.put("bundle", bundle.getSymbolicName());
        json.put("version", bundle.getVersion().toString());
        json.put("contract", contract);
        return json;
    }
}
