package org.borealis.checkpoints;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.borealis.tensor.BorealisException;

/** Tells whether a checkpoint is whole. */
final class Inspection {
    /** A manifest of 100,000 tensors has about 20 MB. */
    private static final int MAX_MANIFEST_BYTES = 256 << 20;

    private Inspection() {}

    /** The manifest, if it is genuine and every file is there in full length. Reads no tensor. */
    static Manifest quick(Path checkpoint) throws Broken {
        byte[] bytes = read(checkpoint, Manifest.NAME, MAX_MANIFEST_BYTES);
        byte[] digest = read(checkpoint, Manifest.DIGEST_NAME, 1024);
        if (!Manifest.digestLine(bytes).equals(new String(digest, StandardCharsets.ISO_8859_1))) {
            throw new Broken(Manifest.NAME + " is altered: its SHA-256 is " + Digest.of(bytes) + ", which is not what "
                    + Manifest.DIGEST_NAME + " says");
        }
        var manifest = whole(ManifestJson.read(bytes));
        for (var file : manifest.files()) {
            long found = size(checkpoint, file.name());
            if (found != file.bytes()) {
                throw new Broken(file.name() + " has " + found + " bytes, the manifest says " + file.bytes());
            }
        }
        return manifest;
    }

    private static Manifest whole(Manifest manifest) throws Broken {
        try {
            return new Manifest(
                    manifest.step(), manifest.metadata(), manifest.files(), Manifest.joined(manifest.tensors()));
        } catch (Broken | BorealisException e) {
            throw new Broken(Manifest.NAME + ": " + e.getMessage());
        }
    }

    /** What is wrong with the files, after reading every byte; files are read side by side. */
    static List<String> thorough(Path checkpoint, Manifest manifest) {
        return manifest.files().parallelStream()
                .map(file -> compare(checkpoint, file))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The manifest, after {@link #quick} and {@link #thorough}. */
    static Manifest whole(Path checkpoint) throws Broken {
        var manifest = quick(checkpoint);
        var problems = thorough(checkpoint, manifest);
        if (!problems.isEmpty()) {
            throw new Broken(String.join("; ", problems));
        }
        return manifest;
    }

    private static Optional<String> compare(Path checkpoint, Manifest.File file) {
        try {
            String found = Digest.of(checkpoint.resolve(file.name()));
            return found.equals(file.sha256())
                    ? Optional.empty()
                    : Optional.of(file.name() + " is altered: its SHA-256 is " + found + ", the manifest says "
                            + file.sha256());
        } catch (IOException e) {
            return Optional.of(file.name() + " can't be read: " + e.getMessage());
        }
    }

    private static byte[] read(Path checkpoint, String name, int limit) throws Broken {
        long bytes = size(checkpoint, name);
        if (bytes > limit) {
            throw new Broken(name + " has " + bytes + " bytes, more than " + limit);
        }
        try {
            return Files.readAllBytes(checkpoint.resolve(name));
        } catch (IOException e) {
            throw new Broken(name + " can't be read: " + e.getMessage());
        }
    }

    private static long size(Path checkpoint, String name) throws Broken {
        var file = checkpoint.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new Broken(name + (Files.exists(file) ? " is not a plain file" : " is missing"));
        }
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new Broken(name + " can't be read: " + e.getMessage());
        }
    }
}
