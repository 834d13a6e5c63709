package org.borealis.corpora;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import org.borealis.data.TokenCorpus;
import org.borealis.tensor.BorealisException;

/** A corpus whose files are mapped into memory, so that its size does not matter. */
final class MappedCorpus implements TokenCorpus {
    private static final int DIGEST_BYTES = 1 << 24;

    private final Arena arena;
    private final MemorySegment tokens;
    private final CorpusIndex index;
    private final String digest;

    private MappedCorpus(Arena arena, MemorySegment tokens, CorpusIndex index, String digest) {
        this.arena = arena;
        this.tokens = tokens;
        this.index = index;
        this.digest = digest;
    }

    @SuppressWarnings("MustBeClosedChecker") // the corpus owns the arena, and closes it
    static MappedCorpus open(CorpusFiles files) {
        var arena = Arena.ofShared();
        try {
            var tokens = map(files.tokens(), arena);
            var indexFile = map(files.index(), arena);
            var index = CorpusIndex.check(files.index(), indexFile, tokens.byteSize());
            return new MappedCorpus(arena, tokens, index, digest(indexFile));
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static MemorySegment map(Path file, Arena arena) {
        if (!Files.isRegularFile(file)) {
            throw new BorealisException(
                    "corpus-missing",
                    "there is no corpus file " + file
                            + ". Make the corpus with 'borealis prepare TEXT --output PREFIX', or correct its path.");
        }
        try (var channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new BorealisException(
                    "corpus-unreadable", "the corpus file " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static String digest(MemorySegment file) {
        MessageDigest digest = Digests.sha256();
        for (long at = 0; at < file.byteSize(); at += DIGEST_BYTES) {
            digest.update(file.asSlice(at, Math.min(DIGEST_BYTES, file.byteSize() - at))
                    .asByteBuffer());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public long tokens() {
        return index.tokens();
    }

    @Override
    public int documents() {
        return index.documents();
    }

    @Override
    public long start(int document) {
        Objects.checkIndex(document, index.documents() + 1);
        return index.start(document);
    }

    @Override
    public void read(long from, int[] target, int offset, int length) {
        Objects.checkFromIndexSize(from, (long) length, index.tokens());
        Objects.checkFromIndexSize(offset, length, target.length);
        index.type().read(tokens, from, target, offset, length);
    }

    @Override
    public String digest() {
        return digest;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
