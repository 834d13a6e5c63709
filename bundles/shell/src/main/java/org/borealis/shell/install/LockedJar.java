package org.borealis.shell.install;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A jar that may start.
 *
 * @param file its name in the folder
 * @param name symbolic name of the bundle
 * @param from path, address or Maven coordinate that it was installed from
 * @param signer SHA-256 of the certificate that signed all of it; empty if that was not asked for
 */
public record LockedJar(
        String file, String name, String version, String sha256, String from, Instant date, String signer) {

    Map<String, String> block() {
        var block = new LinkedHashMap<String, String>();
        block.put("jar", file);
        block.put("plugin", name);
        block.put("version", version);
        block.put("sha256", sha256);
        block.put("from", from);
        block.put("date", date.toString());
        if (!signer.isEmpty()) {
            block.put("signed-by", signer);
        }
        return block;
    }

    /** @throws IllegalArgumentException if something is missing or wrong */
    static LockedJar of(Map<String, String> block) {
        try {
            return new LockedJar(
                    Blocks.value(block, "jar"),
                    Blocks.value(block, "plugin"),
                    Blocks.value(block, "version"),
                    Blocks.value(block, "sha256"),
                    Blocks.value(block, "from"),
                    Instant.parse(Blocks.value(block, "date")),
                    block.getOrDefault("signed-by", ""));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'date: " + block.get("date") + "' is no date", e);
        }
    }
}
