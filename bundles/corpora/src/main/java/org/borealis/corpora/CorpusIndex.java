package org.borealis.corpora;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.borealis.tensor.BorealisException;

/**
 * A .idx file of Megatron's memory-mapped format, checked against itself and the length of its .bin file: 9 bytes of magic, version
 * (u64), token type (u8), number of sequences S (u64), number of document bounds D (u64), then S lengths (i32), S positions in the .bin
 * file (i64) and D bounds (i64), little-endian and not aligned.
 */
record CorpusIndex(MemorySegment file, TokenType type, long sequences, int documents, long tokens) {
    static final byte[] MAGIC = "MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII);
    static final long VERSION = 1;
    static final int HEADER_BYTES = 34;

    private static final byte[] OLD_MAGIC = "TNTIDX\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int BYTES_PER_SEQUENCE = 4 + 8;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Index of the first token of a document. */
    long start(int document) {
        long sequence = bound(document);
        return sequence == sequences ? tokens : position(sequence) / type.bytes;
    }

    private long position(long sequence) {
        return file.get(LONG, HEADER_BYTES + 4 * sequences + 8 * sequence);
    }

    private long bound(long document) {
        return file.get(LONG, HEADER_BYTES + BYTES_PER_SEQUENCE * sequences + 8 * document);
    }

    static CorpusIndex check(Path path, MemorySegment file, long tokenBytes) {
        return new Checking(path, file, tokenBytes).check();
    }

    /** Everything in the file is wrong until it has been looked at. */
    private record Checking(Path path, MemorySegment file, long tokenBytes) {

        CorpusIndex check() {
            checkMagic();
            demand(file.byteSize() >= HEADER_BYTES, "it ends in its header, after " + file.byteSize() + " bytes");
            long version = file.get(LONG, 9);
            demand(version == VERSION, "its version is " + version + "; only version 1 is known");
            int code = file.get(ValueLayout.JAVA_BYTE, 17);
            var type = TokenType.of(code).orElseThrow(() -> broken("it names an unknown token type, " + code));
            long sequences = file.get(LONG, 18);
            long bounds = file.get(LONG, 26);
            long room = file.byteSize() - HEADER_BYTES;
            demand(
                    sequences >= 0 && sequences <= room / BYTES_PER_SEQUENCE,
                    "it claims " + Long.toUnsignedString(sequences) + " sequences, but is only " + file.byteSize()
                            + " bytes long");
            long roomForBounds = room - BYTES_PER_SEQUENCE * sequences;
            demand(
                    bounds >= 1 && bounds <= roomForBounds / 8,
                    "it claims " + Long.toUnsignedString(bounds) + " document bounds, but has room for "
                            + roomForBounds / 8);
            demand(
                    8 * bounds == roomForBounds,
                    "it has " + (roomForBounds - 8 * bounds)
                            + " bytes behind its document bounds; multimodal corpora are not supported");
            demand(bounds - 1 <= Integer.MAX_VALUE - 8, "it has more documents than can be counted: " + (bounds - 1));
            var index = new CorpusIndex(file, type, sequences, (int) (bounds - 1), tokenBytes / type.bytes);
            checkSequences(index);
            checkBounds(index);
            return index;
        }

        private void checkMagic() {
            if (startsWith(OLD_MAGIC)) {
                throw broken("it has the old TNTIDX format; make the corpus again from its text");
            }
            demand(startsWith(MAGIC), "it does not begin as an index file does");
        }

        private boolean startsWith(byte[] magic) {
            return file.byteSize() >= magic.length
                    && file.asSlice(0, magic.length).mismatch(MemorySegment.ofArray(magic)) < 0;
        }

        private void checkSequences(CorpusIndex index) {
            long expected = 0;
            for (long i = 0; i < index.sequences; i++) {
                int length = file.get(INT, HEADER_BYTES + 4 * i);
                if (length < 0 || index.position(i) != expected) {
                    throw broken("sequence " + i + " of " + length + " tokens is said to be at byte "
                            + index.position(i) + ", where " + expected + " is right");
                }
                expected += (long) length * index.type.bytes;
                if (expected > tokenBytes) {
                    throw broken("sequence " + i + " ends at byte " + expected + ", but its .bin file has only "
                            + tokenBytes + " bytes: one of the two is cut off");
                }
            }
            demand(
                    expected == tokenBytes,
                    "its sequences make " + expected + " bytes, but its .bin file has " + tokenBytes
                            + ": the two do not belong together");
        }

        private void checkBounds(CorpusIndex index) {
            long before = 0;
            for (int i = 0; i <= index.documents; i++) {
                long bound = index.bound(i);
                if (bound < before || bound > index.sequences || i == 0 && bound != 0) {
                    throw broken("document " + i + " is said to begin at sequence " + bound + " of " + index.sequences
                            + ", behind one that begins at " + before);
                }
                before = bound;
            }
            demand(
                    before == index.sequences,
                    "its documents end at sequence " + before + ", but there are " + index.sequences);
        }

        private void demand(boolean holds, String otherwise) {
            if (!holds) {
                throw broken(otherwise);
            }
        }

        private BorealisException broken(String what) {
            return new BorealisException(
                    "corpus-broken",
                    "the corpus index " + path + " can't be used: " + what
                            + ". Copy the .idx and .bin files again, or make them again with 'borealis prepare'.");
        }
    }
}
