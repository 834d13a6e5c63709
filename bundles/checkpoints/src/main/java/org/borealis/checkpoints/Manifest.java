package org.borealis.checkpoints;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.borealis.tensor.TensorType;

/**
 * What a checkpoint consists of.
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

    /** A tensor and the file that holds it. */
    record Tensor(String name, TensorType type, String file) {}

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

    /** Types of the tensors in one file, by name. */
    Map<String, TensorType> types(File file) {
        var types = new LinkedHashMap<String, TensorType>();
        tensors.stream()
                .filter(tensor -> tensor.file().equals(file.name()))
                .forEach(tensor -> types.put(tensor.name(), tensor.type()));
        return types;
    }
}
