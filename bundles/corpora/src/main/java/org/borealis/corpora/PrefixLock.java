package org.borealis.corpora;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.borealis.tensor.BorealisException;

/** Keeps two processes from preparing the same corpus. The system frees it when the process ends, however it ends. */
final class PrefixLock implements AutoCloseable {
    private static final String NAME = "lock";

    private final FileChannel channel;

    private PrefixLock(FileChannel channel) {
        this.channel = channel;
    }

    static PrefixLock take(Path folder) {
        var file = folder.resolve(NAME);
        try {
            while (true) {
                Files.createDirectories(folder);
                var before = identity(file);
                var channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                if (!locks(channel)) {
                    var refused = taken(folder, channel);
                    channel.close();
                    throw refused;
                }
                if (before.isPresent() && before.equals(identity(file))) {
                    channel.truncate(0);
                    channel.write(ByteBuffer.wrap(me().getBytes(StandardCharsets.US_ASCII)), 0);
                    return new PrefixLock(channel);
                }
                channel.close(); // it was not there yet, or who held it has just deleted it
            }
        } catch (IOException e) {
            throw new BorealisException(
                    "write-failed",
                    file + " can't be written: " + e.getMessage() + ". Check the folder and its rights.",
                    e);
        }
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process has it
        }
    }

    /**
     * Which file the lock is, whatever its name; empty if there is none. Not by reading it: POSIX drops all locks of a process on a file
     * as soon as the process closes it anywhere.
     */
    private static Optional<Object> identity(Path file) throws IOException {
        try {
            var key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return Optional.of(key == null ? NAME : key);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static String me() {
        return Long.toString(ProcessHandle.current().pid());
    }

    private static BorealisException taken(Path folder, FileChannel channel) throws IOException {
        var holder = ByteBuffer.allocate(20);
        channel.read(holder, 0);
        return new BorealisException(
                "corpus-busy",
                "another preparation writes this corpus already: process "
                        + StandardCharsets.US_ASCII.decode(holder.flip()) + " holds " + folder
                        + ". Wait until it ends, or choose another --output.");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock is gone in any case.
        }
    }
}
