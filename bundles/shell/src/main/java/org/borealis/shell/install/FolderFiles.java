package org.borealis.shell.install;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files of a folder: to a temporary name, synced and renamed. */
record FolderFiles(Path folder) {
    /** One process at a time changes a folder: the one that has locked this file. */
    private static final String CHANGING = ".changing";

    /** What is done while no other process changes the folder. */
    interface Change<T> {
        T make(FolderFiles files) throws IOException;
    }

    <T> T changing(Change<T> change) throws IOException {
        Files.createDirectories(folder);
        try (var channel =
                FileChannel.open(folder.resolve(CHANGING), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock();
            return change.make(this);
        }
    }

    /** Where a file is until {@link #commit}; File Install and the launcher skip hidden files. */
    Path part(String file) {
        return folder.resolve("." + file + ".part");
    }

    void write(String file, String text) throws IOException {
        Files.write(part(file), text.getBytes(StandardCharsets.UTF_8));
        commit(file);
    }

    /** Gives a written part its name, durably. */
    void commit(String file) throws IOException {
        try (var channel = FileChannel.open(part(file), StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(
                part(file), folder.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }
}
