package org.borealis.corpora;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.List;
import java.util.TreeMap;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;

/**
 * Digest of all that the parts of a preparation depend on: the texts, by name, size and time of change, because reading them whole
 * would take as long as preparing them; the tokenizer, by its files and by what it makes of a sample; and how texts are cut.
 */
final class PreparationKey {
    private static final int VERSION = 1;
    private static final String SAMPLE = "It's 1811–1818: Größe, 日本語, 😀\n\n\tif (x != 42) { return; }  <|endoftext|>";

    private PreparationKey() {}

    static byte[] of(List<Text> texts, Tokenizer tokenizer, long batchCharacters) {
        var digest = Digests.sha256();
        add(digest, VERSION);
        add(digest, batchCharacters);
        add(digest, tokenizer);
        texts.forEach(text -> add(digest, text));
        return digest.digest();
    }

    private static void add(MessageDigest digest, Tokenizer tokenizer) {
        add(digest, tokenizer.vocabularySize());
        add(digest, tokenizer.endOfText().orElse(-1));
        for (int id : tokenizer.encode(SAMPLE)) {
            add(digest, id);
        }
        new TreeMap<>(tokenizer.files()).forEach((setting, content) -> {
            add(digest, setting);
            add(digest, content.length);
            digest.update(content);
        });
    }

    private static void add(MessageDigest digest, Text text) {
        try {
            add(digest, text.file().toAbsolutePath().normalize().toString());
            add(digest, text.source().getClass().getName());
            add(digest, Files.size(text.file()));
            var changed = Files.getLastModifiedTime(text.file()).toInstant();
            add(digest, changed.getEpochSecond());
            add(digest, changed.getNano());
        } catch (IOException e) {
            throw new BorealisException("text-unreadable", text.file() + " can't be read: " + e.getMessage(), e);
        }
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(digest, bytes.length);
        digest.update(bytes);
    }

    private static void add(MessageDigest digest, long number) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
    }
}
