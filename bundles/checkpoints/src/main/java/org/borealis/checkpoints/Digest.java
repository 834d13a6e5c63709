package org.borealis.checkpoints;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in hex. */
final class Digest {
    static final int CHUNK_BYTES = 1 << 20;

    private Digest() {}

    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String end(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String of(byte[] bytes) {
        var digest = begin();
        digest.update(bytes);
        return end(digest);
    }

    static String of(Path file) throws IOException {
        var digest = begin();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (var stream = Files.newInputStream(file)) {
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return end(digest);
    }
}
