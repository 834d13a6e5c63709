package org.borealis.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One thing that a plug-in lets a recipe set, as its metatype says it.
 *
 * @param range in words, empty where every value of the type will do
 * @param defaults empty where a recipe must give the value
 */
record Setting(
        String key,
        String type,
        boolean isList,
        List<String> defaults,
        String range,
        List<String> options,
        String description) {

    Map<String, Object> toJson() {
        var json = new LinkedHashMap<String, Object>();
        json.put("key", key);
        json.put("type", type);
        json.put("list", isList);
        json.put("default", isList ? defaults : String.join(",", defaults));
        json.put("required", defaults.isEmpty());
        json.put("range", range);
        json.put("options", options);
        json.put("description", description);
        return json;
    }
}
