package org.borealis.data;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** Makes and opens token corpora in Megatron's {@code .bin/.idx} format; a service. */
@ProviderType
public interface Corpora {

    /** Whether {@code prefix.bin} and {@code prefix.idx} are there. */
    boolean exists(Path prefix);

    /**
     * Opens {@code prefix.bin} and {@code prefix.idx}.
     *
     * @throws org.borealis.tensor.BorealisException if a file is missing, truncated or not of the format
     */
    TokenCorpus open(Path prefix);

    /**
     * Tokenizes texts into {@code prefix.bin} and {@code prefix.idx}, over all cores. What a killed preparation had finished is used
     * again; the two files appear complete or not at all.
     *
     * @param progress called now and then, from one thread at a time
     */
    Prepared prepare(List<Path> texts, Tokenizer tokenizer, Path prefix, Consumer<Progress> progress);

    /** How far a preparation is. */
    record Progress(long bytes, long totalBytes, long documents, long tokens) {}

    /** What was made. */
    record Prepared(long documents, long tokens, long textBytes) {}
}
