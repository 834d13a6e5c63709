package org.borealis.checkpoints;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.borealis.parallel.Box;
import org.borealis.tensor.TensorType;

/**
 * What a checkpoint consists of, or what one of its writers wrote.
 *
 * @param files all but the manifest and its digest
 * @param tensors in the order they were saved
 */
record Manifest(long step, Map<String, Object> metadata, List<File> files, List<Tensor> tensors) {
    static final String NAME = "manifest.json";
    /** Holds the manifest's own digest, as sha256sum writes and checks it. */
    static final String DIGEST_NAME = "manifest.sha256";

    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");

    /**
     * A file beside the manifest.
     *
     * @param isState whether it holds tensors; otherwise it is an attachment
     * @param sha256 in hex
     */
    record File(String name, boolean isState, long bytes, String sha256) {}

    /** A tensor, and where its parts are; one that lies in one piece has one part. */
    record Tensor(String name, TensorType type, List<Part> parts) {
        Tensor {
            parts = List.copyOf(parts);
        }

        Tensor(String name, TensorType type, Part part) {
            this(name, type, List.of(part));
        }
    }

    /** A part of a tensor and the file that holds it. */
    record Part(Box box, String file) {
        /** Name of the part in its file. */
        static String name(String tensor, TensorType type, Box box) {
            return box.equals(Box.of(type.shape())) ? tensor : tensor + box;
        }
    }

    Manifest {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        files = List.copyOf(files);
        tensors = List.copyOf(tensors);
    }

    /** Whether a name stays within its folder on every file system, and is not one of the manifest's own. */
    static boolean isPlain(String name) {
        return PLAIN_NAME.matcher(name).matches() && !name.equals(NAME) && !name.equals(DIGEST_NAME);
    }

    static String digestLine(byte[] manifest) {
        return Digest.of(manifest) + "  " + NAME + "\n";
    }

    long bytes() {
        return files.stream().mapToLong(File::bytes).sum();
    }

    Map<String, File> filesByName() {
        var byName = new HashMap<String, File>();
        files.forEach(file -> byName.put(file.name(), file));
        return byName;
    }

    /** What stands in each file that has tensors, by its name there. */
    Map<String, Map<String, TensorType>> contents() {
        var contents = new HashMap<String, Map<String, TensorType>>();
        for (var tensor : tensors) {
            for (var part : tensor.parts()) {
                contents.computeIfAbsent(part.file(), _ -> new LinkedHashMap<>())
                        .put(
                                Part.name(tensor.name(), tensor.type(), part.box()),
                                tensor.type().in(part.box().shape()));
            }
        }
        return contents;
    }

    /**
     * One tensor of each name, from several that have some of its parts each.
     *
     * @throws Broken if two of one name are of different types, or the parts of one are not the whole of it
     */
    static List<Tensor> joined(List<Tensor> some) throws Broken {
        var types = new LinkedHashMap<String, TensorType>();
        var parts = new HashMap<String, List<Part>>();
        for (var tensor : some) {
            var type = types.putIfAbsent(tensor.name(), tensor.type());
            if (type != null && !type.equals(tensor.type())) {
                throw new Broken("tensor '" + tensor.name() + "' is there as " + type + " and as " + tensor.type());
            }
            parts.computeIfAbsent(tensor.name(), _ -> new ArrayList<>()).addAll(tensor.parts());
        }
        var joined = new ArrayList<Tensor>();
        for (var type : types.entrySet()) {
            var own = parts.getOrDefault(type.getKey(), List.of());
            Grid.require(
                    type.getKey(),
                    type.getValue().shape(),
                    own.stream().map(Part::box).toList());
            joined.add(new Tensor(type.getKey(), type.getValue(), own));
        }
        return joined;
    }
}
