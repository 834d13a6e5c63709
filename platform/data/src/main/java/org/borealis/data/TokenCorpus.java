package org.borealis.data;

import org.osgi.annotation.versioning.ProviderType;

/** Tokens of documents that stand behind each other, mapped from files. Safe for use by several threads. */
@ProviderType
public interface TokenCorpus extends AutoCloseable {

    /** Number of tokens in all documents. */
    long tokens();

    /** Number of documents. */
    int documents();

    /** Index of the first token of a document; {@code documents()} gives {@link #tokens}. */
    long start(int document);

    /** Copies tokens from index {@code from} on, across document ends. */
    void read(long from, int[] target, int offset, int length);

    /** SHA-256 of the index file in hex: what a run remembers to notice a changed corpus. */
    String digest();

    @Override
    void close();
}
