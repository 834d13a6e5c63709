package org.borealis.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/**
 * A folder of one process in the temporary folder: it goes away when the process ends, and the next process removes
 * it where this one was killed.
 */
final class ScratchFolder implements AutoCloseable {
    private static final String PREFIX = "borealis-container-";
    private static final String LOCK = "in-use";
    /** A folder younger than this may belong to a process that has not locked it yet. */
    private static final Duration SETTLED = Duration.ofMinutes(1);

    private final Path path;
    private final FileChannel lock;

    private ScratchFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static ScratchFolder create() throws IOException {
        Path path = Files.createTempDirectory(PREFIX);
        var lock = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        lock.tryLock();
        return new ScratchFolder(path, lock);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try (var siblings = Files.newDirectoryStream(path.getParent(), PREFIX + "*")) {
            lock.close();
            delete(path);
            for (Path sibling : siblings) {
                if (isAbandoned(sibling)) {
                    delete(sibling);
                }
            }
        } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
            // Another process clears up, too. Nothing depends on it, and the next one tries again.
        }
    }

    private static boolean isAbandoned(Path folder) {
        try {
            Instant touched = Files.getLastModifiedTime(folder).toInstant();
            if (touched.isAfter(Instant.now().minus(SETTLED))) {
                return false;
            }
            try (var channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
                FileLock held = channel.tryLock();
                return held != null;
            }
        } catch (IOException | OverlappingFileLockException e) {
            return false; // another user's, or one of this very process
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
