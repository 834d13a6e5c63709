package org.borealis.corpora;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.borealis.corpora.DocumentStream.Batch;
import org.borealis.corpora.DocumentStream.Position;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;

/**
 * What is known of a finished part of a corpus. Its file holds this record as a header, then the lengths of the documents (i32) and
 * their tokens as the .bin file will have them, and a CRC-32C of all before it.
 */
record Part(byte[] key, Position start, Position end, int documents, long tokens, long textBytes) {
    static final int KEY_BYTES = 32;
    static final int CHECK_BYTES = 8;
    private static final byte[] MAGIC = "BRLSPART".getBytes(StandardCharsets.US_ASCII);
    static final int HEADER_BYTES = MAGIC.length + KEY_BYTES + 4 + 8 + 4 + 8 + 4 + 8 + 8;

    long lengthsAt() {
        return HEADER_BYTES;
    }

    long tokensAt() {
        return HEADER_BYTES + 4L * documents;
    }

    long fileBytes(TokenType type) {
        return tokensAt() + tokens * type.bytes + CHECK_BYTES;
    }

    /** Tokenizes documents into a part and the content of its file. */
    static Made make(byte[] key, Batch batch, Tokenizer tokenizer) {
        var encoded = batch.texts().stream()
                .map(text -> encode(text, tokenizer))
                .filter(ids -> ids.length > 0)
                .toList();
        long tokens = encoded.stream().mapToLong(ids -> ids.length).sum();
        long textBytes = batch.texts().stream().mapToLong(Part::utf8Bytes).sum();
        var part = new Part(key, batch.start(), batch.end(), encoded.size(), tokens, textBytes);
        return new Made(part, part.content(encoded, TokenType.ofVocabulary(tokenizer.vocabularySize())));
    }

    record Made(Part part, ByteBuffer content) {}

    private static int[] encode(String text, Tokenizer tokenizer) {
        int[] ids = tokenizer.encode(text);
        for (int id : ids) {
            if (id < 0 || id >= tokenizer.vocabularySize()) {
                throw new BorealisException(
                        "token-id",
                        "the tokenizer gave the id " + id + " although its ids are 0 to "
                                + (tokenizer.vocabularySize() - 1) + "; this is a defect of the tokenizer.");
            }
        }
        var end = ids.length == 0 ? OptionalInt.empty() : tokenizer.endOfText();
        if (end.isEmpty()) {
            return ids;
        }
        int[] ended = java.util.Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = end.getAsInt();
        return ended;
    }

    private static long utf8Bytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3; // a pair of surrogates makes four
        }
        return bytes;
    }

    private ByteBuffer content(List<int[]> encoded, TokenType type) {
        if (fileBytes(type) > Integer.MAX_VALUE - 8) {
            throw new BorealisException(
                    "text-too-long",
                    "a document makes " + tokens
                            + " tokens, more than fit into memory at once. Divide it: in .txt a line"
                            + " with a form feed ends a document.");
        }
        var content = ByteBuffer.allocate((int) fileBytes(type)).order(ByteOrder.LITTLE_ENDIAN);
        content.put(MAGIC).put(key);
        content.putInt(start.file()).putLong(start.offset());
        content.putInt(end.file()).putLong(end.offset());
        content.putInt(documents).putLong(tokens).putLong(textBytes);
        encoded.forEach(ids -> content.putInt(ids.length));
        encoded.forEach(ids -> put(content, ids, type));
        content.putLong(check(content.duplicate().flip()));
        return content.flip();
    }

    private static void put(ByteBuffer content, int[] ids, TokenType type) {
        for (int id : ids) {
            if (type == TokenType.UINT16) {
                content.putShort((short) id);
            } else {
                content.putInt(id);
            }
        }
    }

    /** Reads a header; says nothing about what follows. */
    static Part header(ByteBuffer bytes) {
        var header = bytes.order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        byte[] key = new byte[KEY_BYTES];
        header.get(magic).get(key);
        if (!java.util.Arrays.equals(magic, MAGIC)) {
            return new Part(new byte[KEY_BYTES], Position.START, Position.START, 0, 0, 0);
        }
        var start = new Position(header.getInt(), header.getLong());
        var end = new Position(header.getInt(), header.getLong());
        return new Part(key, start, end, header.getInt(), header.getLong(), header.getLong());
    }

    static long check(ByteBuffer bytes) {
        var check = new CRC32C();
        check.update(bytes);
        return check.getValue();
    }
}
