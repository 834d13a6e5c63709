package org.borealis.shell.install;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whose signature counts.
 *
 * @param sha256 fingerprint of the certificate: SHA-256 of its encoded form, in lower-case hexadecimal digits
 * @param name for people
 */
public record Signer(String sha256, String name) {
    Map<String, String> block() {
        var block = new LinkedHashMap<String, String>();
        block.put("signer", sha256);
        block.put("name", name);
        return block;
    }

    static Signer of(Map<String, String> block) {
        return new Signer(Blocks.value(block, "signer"), Blocks.value(block, "name"));
    }
}
