package org.borealis.corpora;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import org.borealis.tensor.BorealisException;

/** Puts finished parts together into the two files of a corpus. */
final class Assembly {
    private static final int BUFFER_BYTES = 1 << 20;

    private final CorpusFiles files;
    private final Disk disk;
    private final PartsFolder folder;
    private final List<Part> parts;
    private final TokenType type;

    Assembly(CorpusFiles files, Disk disk, PartsFolder folder, List<Part> parts, TokenType type) {
        this.files = files;
        this.disk = disk;
        this.folder = folder;
        this.parts = parts;
        this.type = type;
    }

    long documents() {
        return parts.stream().mapToLong(Part::documents).sum();
    }

    long tokens() {
        return parts.stream().mapToLong(Part::tokens).sum();
    }

    /** The index comes last: a corpus without one is none, and an old index must never stand beside new tokens. */
    void write() {
        if (documents() > Integer.MAX_VALUE - 8) {
            throw new BorealisException(
                    "corpus-too-large",
                    "these texts have " + documents() + " documents; make several corpora of them.");
        }
        long tokenBytes = tokens() * type.bytes;
        long indexBytes = CorpusIndex.HEADER_BYTES + documents() * (4 + 8) + (documents() + 1) * 8;
        disk.demandRoom(files.tokens(), tokenBytes + indexBytes);
        try {
            disk.writeTemporary(files.tokens(), tokenBytes, this::writeTokens);
            disk.writeTemporary(files.index(), indexBytes, this::writeIndex);
        } catch (BorealisException e) {
            Disk.discard(files.tokens()); // it takes the room that was missing
            throw e;
        }
        replace();
    }

    private void replace() {
        try {
            Files.deleteIfExists(files.index());
            Disk.syncFolder(files.index());
        } catch (IOException e) {
            throw new BorealisException(
                    "write-failed", files.index() + " can't be replaced: " + e.getMessage() + ". Check its rights.", e);
        }
        disk.commit(files.tokens());
        disk.commit(files.index());
    }

    private void writeTokens(FileChannel target) throws IOException {
        for (int i = 0; i < parts.size(); i++) {
            long from = parts.get(i).tokensAt();
            long end = from + parts.get(i).tokens() * type.bytes;
            try (var part = FileChannel.open(folder.file(i))) {
                while (from < end) {
                    long moved = part.transferTo(from, end - from, target);
                    if (moved <= 0) {
                        throw new IOException(folder.file(i) + " has become shorter");
                    }
                    from += moved;
                }
            }
        }
    }

    private void writeIndex(FileChannel target) throws IOException {
        var out = new Numbers(target);
        out.bytes(CorpusIndex.MAGIC);
        out.i64(CorpusIndex.VERSION);
        out.bytes(new byte[] {(byte) type.code});
        out.i64(documents());
        out.i64(documents() + 1);
        eachLength(out::i32);
        long[] position = {0};
        eachLength(length -> {
            out.i64(position[0]);
            position[0] += (long) length * type.bytes;
        });
        for (long i = 0; i <= documents(); i++) {
            out.i64(i);
        }
        out.flush();
    }

    private interface Length {
        void accept(int length) throws IOException;
    }

    private void eachLength(Length action) throws IOException {
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            try (var channel = FileChannel.open(folder.file(i))) {
                var lengths = channel.map(FileChannel.MapMode.READ_ONLY, part.lengthsAt(), 4L * part.documents())
                        .order(ByteOrder.LITTLE_ENDIAN);
                while (lengths.hasRemaining()) {
                    action.accept(lengths.getInt());
                }
            }
        }
    }

    /** Little-endian numbers, buffered. */
    private record Numbers(FileChannel target, ByteBuffer buffer) {
        Numbers(FileChannel target) {
            this(target, ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN));
        }

        void bytes(byte[] bytes) throws IOException {
            room(bytes.length).put(bytes);
        }

        void i32(int value) throws IOException {
            room(4).putInt(value);
        }

        void i64(long value) throws IOException {
            room(8).putLong(value);
        }

        private ByteBuffer room(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                flush();
            }
            return buffer;
        }

        void flush() throws IOException {
            buffer.flip();
            while (buffer.hasRemaining()) {
                target.write(buffer);
            }
            buffer.clear();
        }
    }
}
