package org.borealis.corpora;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.borealis.tensor.BorealisException;

/** Writes files that are there whole or not at all, and that stay there when the power fails. */
final class Disk {
    /** Opens an empty file; tests put one in whose disk is full. */
    interface Opener {
        FileChannel create(Path file) throws IOException;
    }

    interface Content {
        void write(FileChannel channel) throws IOException;
    }

    static final String TEMPORARY = ".tmp";

    private final Opener opener;

    Disk(Opener opener) {
        this.opener = opener;
    }

    static Disk real() {
        return new Disk(file -> FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE));
    }

    /** Writes a file under its final name. */
    void write(Path file, long bytes, Content content) {
        writeTemporary(file, bytes, content);
        commit(file);
    }

    /** Writes a file that {@link #commit} then gives its name. */
    void writeTemporary(Path file, long bytes, Content content) {
        try (var channel = opener.create(temporary(file))) {
            content.write(channel);
            channel.force(true);
        } catch (IOException e) {
            discard(file);
            throw failure(file, bytes, e);
        }
    }

    void commit(Path file) {
        try {
            Files.move(temporary(file), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolder(file);
        } catch (IOException e) {
            discard(file);
            throw failure(file, 0, e);
        }
    }

    /** Makes changes of names durable. */
    static void syncFolder(Path file) throws IOException {
        try (var folder = FileChannel.open(parent(file), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** Fails before anything is written if a file surely has no room. */
    void demandRoom(Path file, long bytes) {
        try {
            long left = Files.getFileStore(parent(file)).getUsableSpace();
            if (left < bytes) {
                throw full(file, bytes, left);
            }
        } catch (IOException e) {
            throw failure(file, bytes, e);
        }
    }

    static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + TEMPORARY);
    }

    private static Path parent(Path file) {
        var parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    /** Deletes what was written and not committed. */
    static void discard(Path file) {
        try {
            Files.deleteIfExists(temporary(file));
        } catch (IOException e) {
            // The failure that is being reported matters more; the next preparation clears what is left.
        }
    }

    private static BorealisException failure(Path file, long bytes, IOException cause) {
        String why = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (why.contains("no space left") || why.contains("quota")) {
            var full = full(file, bytes, left(file));
            full.initCause(cause);
            return full;
        }
        return new BorealisException(
                "write-failed",
                file + " can't be written: " + cause.getMessage() + ". Check the folder and its rights.",
                cause);
    }

    private static long left(Path file) {
        try {
            return Files.getFileStore(parent(file)).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    private static BorealisException full(Path file, long bytes, long left) {
        return new BorealisException(
                "disk-full",
                "the disk is full: " + file + " needs " + Sizes.bytes(bytes) + ", and " + Sizes.bytes(left)
                        + " are left. Make room, or choose another --output, and run the same command again: finished"
                        + " parts are kept and used.");
    }
}
