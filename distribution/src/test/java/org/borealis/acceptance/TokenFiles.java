package org.borealis.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Corpora in Megatron's .bin/.idx, written as their documentation says, by other code than that which reads them. */
final class TokenFiles {
    private static final byte UINT16 = 8;

    private TokenFiles() {}

    /** Writes documents of 16-bit tokens. */
    static void write(Path prefix, List<int[]> documents) throws IOException {
        int tokens = documents.stream().mapToInt(document -> document.length).sum();
        var bin = ByteBuffer.allocate(2 * tokens).order(ByteOrder.LITTLE_ENDIAN);
        int count = documents.size();
        var idx = ByteBuffer.allocate(34 + 12 * count + 8 * (count + 1)).order(ByteOrder.LITTLE_ENDIAN);
        idx.put("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII)).putLong(1).put(UINT16);
        idx.putLong(count).putLong(count + 1);
        documents.forEach(document -> idx.putInt(document.length));
        for (int[] document : documents) {
            idx.putLong(bin.position());
            for (int token : document) {
                bin.putShort((short) token);
            }
        }
        for (long bound = 0; bound <= count; bound++) {
            idx.putLong(bound);
        }
        Files.write(Path.of(prefix + ".bin"), bin.array());
        Files.write(Path.of(prefix + ".idx"), idx.array());
    }

    static void cut(Path file, long bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    static void flipBitInTheMiddle(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }
}
