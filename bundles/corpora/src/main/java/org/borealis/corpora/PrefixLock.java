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
import java.util.UUID;
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
                var channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                if (!locks(channel)) {
                    channel.close();
                    throw taken(folder, file);
                }
                if (isStillThere(channel, file)) {
                    return new PrefixLock(channel);
                }
                channel.close();
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

    /** False if who held it before has deleted it: then the lock is on a file that nobody else can find. */
    private static boolean isStillThere(FileChannel channel, Path file) throws IOException {
        String mark = ProcessHandle.current().pid() + " " + UUID.randomUUID();
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(mark.getBytes(StandardCharsets.UTF_8)), 0);
        try {
            return Files.readString(file).equals(mark);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static BorealisException taken(Path folder, Path file) throws IOException {
        String holder = Files.readString(file).split(" ", 2)[0];
        return new BorealisException(
                "corpus-busy",
                "another preparation writes this corpus already: process " + holder + " holds " + folder
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
