package org.borealis.checkpoints;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.checkpoint.Checkpoints.Checkpoint;
import org.borealis.checkpoint.TensorSource;
import org.borealis.checkpoint.safetensors.SafetensorsFile;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;

/** A checkpoint whose digests were right when it was opened. */
final class DiskCheckpoint implements Checkpoint {
    private final Path path;
    private final Manifest manifest;
    private final List<SafetensorsFile> files;
    private final Map<String, TensorType> types = new LinkedHashMap<>();
    private final Map<String, SafetensorsFile> homes = new LinkedHashMap<>();

    private DiskCheckpoint(Path path, Manifest manifest, List<SafetensorsFile> files) {
        this.path = path;
        this.manifest = manifest;
        this.files = files;
        for (var file : files) {
            file.types().forEach((name, type) -> {
                types.put(name, type);
                homes.put(name, file);
            });
        }
    }

    /** Opens a checkpoint after reading it whole. */
    static DiskCheckpoint open(Path path) throws Broken {
        return of(path, Inspection.whole(path));
    }

    /** Opens one whose digests are known to be right. */
    static DiskCheckpoint of(Path path, Manifest manifest) throws Broken {
        var files = new ArrayList<SafetensorsFile>();
        try {
            for (var file : manifest.files()) {
                if (file.isState()) {
                    files.add(open(path, manifest, file));
                }
            }
            return new DiskCheckpoint(path, manifest, files);
        } catch (Broken | RuntimeException e) {
            files.forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static SafetensorsFile open(Path path, Manifest manifest, Manifest.File file) throws Broken {
        try {
            var opened = SafetensorsFile.open(path.resolve(file.name()));
            if (!opened.types().equals(manifest.types(file))) {
                opened.close();
                throw new Broken(file.name() + " holds other tensors than the manifest says");
            }
            return opened;
        } catch (BorealisException e) {
            throw new Broken(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long step() {
        return manifest.step();
    }

    @Override
    public Map<String, Object> metadata() {
        return manifest.metadata();
    }

    @Override
    public Optional<byte[]> attachment(String name) {
        var file = manifest.filesByName().get(name);
        if (file == null || file.isState()) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Files.readAllBytes(path.resolve(name));
            if (Digest.of(bytes).equals(file.sha256())) {
                return Optional.of(bytes);
            }
            throw new BorealisException(
                    "checkpoint-altered", path.resolve(name) + " was changed since its checkpoint was opened");
        } catch (IOException e) {
            throw new BorealisException("checkpoint-read", path.resolve(name) + " can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public Map<String, TensorType> types() {
        return Collections.unmodifiableMap(types);
    }

    @Override
    public MemorySegment read(String name) {
        var file = homes.get(name);
        if (file == null) {
            throw TensorSource.missing(path.toString(), name, types.keySet());
        }
        return file.read(name);
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
