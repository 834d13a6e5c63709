package org.borealis.checkpoints;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;

/** Every change that the store makes to a file system, so that tests can make each of them fail. */
interface Disk {

    /** A new file. */
    interface Output extends WritableByteChannel {
        /** Returns when all that was written would survive a loss of power. */
        void sync() throws IOException;
    }

    void createFolder(Path folder) throws IOException;

    Output create(Path file) throws IOException;

    /** Makes the names in a folder durable. */
    void sync(Path folder) throws IOException;

    /** Atomic; fails if {@code to} is a folder with something in it. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path fileOrEmptyFolder) throws IOException;

    long free(Path folder) throws IOException;

    /** Creates a folder and those that it lies in, durably, as far as they are not there. */
    default void createFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            var parent = CheckpointFolder.parent(folder);
            createFolders(parent);
            createFolder(folder);
            sync(parent);
        }
    }

    /** Deletes a folder and what is in it, if it is there; links are deleted, not followed. */
    default void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                delete(path);
            }
        }
    }

    /** The file system itself. */
    final class Real implements Disk {
        @Override
        public void createFolder(Path folder) throws IOException {
            Files.createDirectory(folder);
        }

        @Override
        public Output create(Path file) throws IOException {
            return new Channel(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        }

        @Override
        public void sync(Path folder) throws IOException {
            try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void delete(Path fileOrEmptyFolder) throws IOException {
            Files.deleteIfExists(fileOrEmptyFolder);
        }

        @Override
        public long free(Path folder) throws IOException {
            return Files.getFileStore(folder).getUsableSpace();
        }
    }

    /** A file channel. */
    record Channel(FileChannel channel) implements Output {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return channel.write(bytes);
        }

        @Override
        public void sync() throws IOException {
            channel.force(true);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
