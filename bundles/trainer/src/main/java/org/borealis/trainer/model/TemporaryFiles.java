package org.borealis.trainer.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files that are there only until this is closed. */
final class TemporaryFiles implements AutoCloseable {
    private final Path folder;
    private final List<Path> files = new ArrayList<>();

    TemporaryFiles() {
        try {
            folder = Files.createTempDirectory("borealis");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder can be made", e);
        }
    }

    /** @param ending of the file's name */
    Path write(String ending, byte[] content) {
        try {
            var file = folder.resolve("file" + files.size() + "." + ending.replaceAll("[^A-Za-z0-9]", ""));
            files.add(file);
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be written", e);
        }
    }

    @Override
    public void close() {
        try {
            for (var file : files) {
                Files.deleteIfExists(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be removed", e);
        }
    }
}
