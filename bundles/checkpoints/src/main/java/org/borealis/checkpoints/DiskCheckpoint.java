package org.borealis.checkpoints;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.borealis.checkpoint.Checkpoints.Checkpoint;
import org.borealis.checkpoint.TensorSource;
import org.borealis.checkpoint.safetensors.SafetensorsFile;
import org.borealis.checkpoints.Manifest.Part;
import org.borealis.parallel.Box;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;

/** A checkpoint whose digests were right when it was opened. */
final class DiskCheckpoint implements Checkpoint {
    private final Path path;
    private final Manifest manifest;
    private final Map<String, SafetensorsFile> files;
    private final Map<String, TensorType> types = new LinkedHashMap<>();
    private final Map<String, List<Part>> parts = new HashMap<>();

    private DiskCheckpoint(Path path, Manifest manifest, Map<String, SafetensorsFile> files) {
        this.path = path;
        this.manifest = manifest;
        this.files = files;
        for (var tensor : manifest.tensors()) {
            types.put(tensor.name(), tensor.type());
            parts.put(tensor.name(), tensor.parts());
        }
    }

    /** Opens a checkpoint after reading it whole. */
    static DiskCheckpoint open(Path path) throws Broken {
        return of(path, Inspection.whole(path));
    }

    /** Opens one whose digests are known to be right. */
    static DiskCheckpoint of(Path path, Manifest manifest) throws Broken {
        var files = new HashMap<String, SafetensorsFile>();
        var contents = manifest.contents();
        try {
            for (var file : manifest.files()) {
                if (file.isState()) {
                    files.put(file.name(), open(path, file.name(), contents.getOrDefault(file.name(), Map.of())));
                }
            }
            return new DiskCheckpoint(path, manifest, files);
        } catch (Broken | RuntimeException e) {
            files.values().forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static SafetensorsFile open(Path path, String name, Map<String, TensorType> content) throws Broken {
        try {
            var opened = SafetensorsFile.open(path.resolve(name));
            if (!opened.types().equals(content)) {
                opened.close();
                throw new Broken(name + " holds other tensors than the manifest says");
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
        return read(name, Box.of(type(name).shape()), Arena.ofAuto());
    }

    @Override
    public MemorySegment read(String name, Box box, Arena arena) {
        var type = type(name);
        box.requireWithin("tensor '" + name + "' in " + path, type.shape());
        var stored = parts.getOrDefault(name, List.of());
        for (var part : stored) {
            if (part.box().equals(box)) {
                return read(name, type, part);
            }
        }
        var elements = arena.allocate(type.in(box.shape()).bytes());
        for (var part : stored) {
            part.box().copy(read(name, type, part), box, elements, type.type().bytes());
        }
        return elements.asReadOnly();
    }

    private MemorySegment read(String name, TensorType type, Part part) {
        return Objects.requireNonNull(files.get(part.file())).read(Part.name(name, type, part.box()));
    }

    private TensorType type(String name) {
        var type = types.get(name);
        if (type == null) {
            throw TensorSource.missing(path.toString(), name, types.keySet());
        }
        return type;
    }

    @Override
    public void close() {
        files.values().forEach(SafetensorsFile::close);
    }
}
