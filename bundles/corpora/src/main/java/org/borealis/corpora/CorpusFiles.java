package org.borealis.corpora;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the parts of a corpus lie. */
record CorpusFiles(Path tokens, Path index, Path parts) {

    static CorpusFiles of(Path prefix) {
        if (prefix.getFileName() == null) {
            throw new IllegalArgumentException(
                    "'" + prefix + "' names no corpus; wanted is a path such as corpora/novels");
        }
        var whole = prefix.toAbsolutePath().normalize();
        return new CorpusFiles(beside(whole, ".bin"), beside(whole, ".idx"), beside(whole, ".parts"));
    }

    private static Path beside(Path prefix, String ending) {
        return prefix.resolveSibling(prefix.getFileName() + ending);
    }

    boolean exist() {
        return Files.isRegularFile(tokens) && Files.isRegularFile(index);
    }
}
