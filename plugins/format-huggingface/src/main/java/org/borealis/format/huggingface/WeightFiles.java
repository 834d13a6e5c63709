package org.borealis.format.huggingface;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.borealis.checkpoint.TensorSource;
import org.borealis.checkpoint.safetensors.SafetensorsFile;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;

/** The safetensors of a model, one file or several, under the names that they have there. */
final class WeightFiles implements TensorSource {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Path path;
    private final List<SafetensorsFile> files = new ArrayList<>();
    private final Map<String, TensorType> types = new LinkedHashMap<>();
    private final Map<String, SafetensorsFile> homes = new HashMap<>();

    private WeightFiles(Path path) {
        this.path = path;
    }

    /** Opens the weights of a folder, or one file. */
    static WeightFiles open(Path path) {
        var weights = new WeightFiles(path);
        try {
            if (Files.isRegularFile(path)) {
                weights.add(path);
            } else if (Files.exists(path.resolve(SINGLE))) {
                weights.add(path.resolve(SINGLE));
            } else if (Files.exists(path.resolve(INDEX))) {
                weights.addShards(path.resolve(INDEX));
            } else {
                throw noWeights(path);
            }
            return weights;
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    private static BorealisException noWeights(Path folder) {
        try (var entries = Files.list(folder)) {
            var others = entries.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".safetensors") || name.endsWith(".bin"))
                    .sorted()
                    .limit(5)
                    .toList();
            return new BorealisException(
                    "huggingface-missing",
                    folder + " holds neither " + SINGLE + " nor " + INDEX
                            + (others.isEmpty() ? "" : "; it holds " + String.join(", ", others))
                            + ". Name a .safetensors file itself to read another one; .bin files are not read,"
                            + " save the model with safe_serialization=True");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(Path file) {
        var opened = SafetensorsFile.open(file);
        files.add(opened);
        opened.types().forEach((name, type) -> put(name, type, opened));
        // Reading one of these fails and says why; whether it has to be read is the layout's question.
        opened.unreadable().keySet().forEach(name -> home(name, opened));
    }

    private void put(String name, TensorType type, SafetensorsFile file) {
        home(name, file);
        types.put(name, type);
    }

    private void home(String name, SafetensorsFile file) {
        var other = homes.put(name, file);
        if (other != null) {
            throw new BorealisException(
                    "huggingface-tensors",
                    "tensor '" + name + "' is both in " + other.path() + " and in " + file.path());
        }
    }

    private void addShards(Path index) {
        var map = new ModelConfig(index, "", Json.object(index)).object("weight_map");
        var names = new TreeSet<String>();
        for (var entry : map.json().properties()) {
            String shard = map.text(entry.getKey(), "");
            if (!shard.endsWith(".safetensors")
                    || shard.contains("/")
                    || shard.contains("\\")
                    || shard.contains("\0")) {
                throw map.failure(entry.getKey(), "the name of a .safetensors file beside the index", entry.getValue());
            }
            names.add(shard);
        }
        for (String shard : names) {
            add(index.resolveSibling(shard));
        }
        for (var entry : map.json().properties()) {
            var home = homes.get(entry.getKey());
            if (home == null || !home.path().endsWith(entry.getValue().textValue())) {
                throw map.failure(
                        entry.getKey(),
                        "in the file that the index says",
                        entry.getValue().textValue() + ", which lacks it");
            }
        }
    }

    /** All names, those of unreadable types too. */
    Set<String> names() {
        return Collections.unmodifiableSet(homes.keySet());
    }

    Path path() {
        return path;
    }

    @Override
    public Map<String, TensorType> types() {
        return Collections.unmodifiableMap(types);
    }

    @Override
    public MemorySegment read(String name) {
        var file = homes.get(name);
        if (file == null) {
            throw TensorSource.missing(path.toString(), name, homes.keySet());
        }
        return file.read(name);
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
