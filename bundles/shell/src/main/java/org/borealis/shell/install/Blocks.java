package org.borealis.shell.install;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Text of lines {@code key: value}, in blocks with an empty line between them; lines that begin with # are skipped. */
final class Blocks {
    private Blocks() {}

    static String text(List<Map<String, String>> blocks) {
        var text = new StringBuilder();
        for (Map<String, String> block : blocks) {
            text.append(text.isEmpty() ? "" : "\n");
            block.forEach((key, value) ->
                    text.append(key).append(": ").append(oneLine(value)).append('\n'));
        }
        return text.toString();
    }

    private static String oneLine(String value) {
        return value.replaceAll("\\p{Cntrl}", "?");
    }

    /** @throws IllegalArgumentException naming the line that is wrong */
    static List<Map<String, String>> parse(List<String> lines) {
        var blocks = new ArrayList<Map<String, String>>();
        Map<String, String> block = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            int colon = line.indexOf(':');
            if (line.isEmpty()) {
                block = new LinkedHashMap<>();
            } else if (!line.startsWith("#")) {
                if (colon < 1) {
                    throw new IllegalArgumentException("line " + (i + 1) + " is '" + line + "', not 'key: value'");
                }
                if (block.isEmpty()) {
                    blocks.add(block);
                }
                block.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return blocks;
    }

    /** @throws IllegalArgumentException if there is none */
    static String value(Map<String, String> block, String key) {
        String value = block.get(key);
        if (value == null) {
            throw new IllegalArgumentException("'" + key + ":' is missing in the block " + block);
        }
        return value;
    }
}
