package org.borealis.corpora;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import org.borealis.corpora.DocumentStream.Position;
import org.borealis.tensor.BorealisException;

/** Finished parts of one preparation. A part says itself what it was made of, so that a killed preparation needs no ledger. */
final class PartsFolder {
    private final Path folder;
    private final Disk disk;
    private final byte[] key;
    private final TokenType type;

    /** @param key digest of all that the parts depend on; parts with another one are not seen */
    PartsFolder(Path folder, Disk disk, byte[] key, TokenType type) {
        this.folder = folder;
        this.disk = disk;
        this.key = key;
        this.type = type;
    }

    Path file(int number) {
        return folder.resolve(String.format("part-%08d", number));
    }

    void write(int number, Part.Made made) {
        disk.write(file(number), made.content().remaining(), channel -> {
            var content = made.content();
            while (content.hasRemaining()) {
                channel.write(content);
            }
        });
    }

    /** The part of this number, if it is there, undamaged, and of this preparation. */
    Optional<Part> find(int number, Position start) {
        var file = file(number);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (var channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < Part.HEADER_BYTES + Part.CHECK_BYTES || size > Integer.MAX_VALUE) {
                return Optional.empty();
            }
            var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size).order(ByteOrder.LITTLE_ENDIAN);
            var part = Part.header(bytes.slice(0, Part.HEADER_BYTES));
            boolean fits = Arrays.equals(part.key(), key)
                    && part.start().equals(start)
                    && part.documents() >= 0
                    && part.tokens() >= 0
                    && part.tokens() <= size
                    && part.fileBytes(type) == size;
            return fits && isWhole(bytes) ? Optional.of(part) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // made anew
        }
    }

    private static boolean isWhole(ByteBuffer bytes) {
        int end = bytes.limit() - Part.CHECK_BYTES;
        return Part.check(bytes.slice(0, end))
                == bytes.order(ByteOrder.LITTLE_ENDIAN).getLong(end);
    }

    /** Deletes the folder of parts, whoever made them. */
    static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new BorealisException(
                    "write-failed", folder + " can't be deleted: " + e.getMessage() + ". Delete it by hand.", e);
        }
    }
}
