package org.borealis.source.text;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.borealis.tensor.BorealisException;

/** Lines of a file as bytes, each with its line end, and where in the (unpacked) file each begins. */
final class Lines implements AutoCloseable {
    /** Beyond this a text is no document but a mistake; a Java string ends at 2 GiB. */
    static final int LONGEST = 512 << 20;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final InputStream input;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int end;
    private long position;
    private final boolean fromTheTop;
    private long line;

    private Lines(Path file, InputStream input, long start) {
        this.file = file;
        this.input = input;
        this.position = start;
        this.fromTheTop = start == 0;
    }

    static boolean isPacked(Path file) {
        return name(file).endsWith(".gz");
    }

    static boolean isNamed(Path file, String extension) {
        String name = name(file);
        return name.endsWith(extension) || name.endsWith(extension + ".gz");
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    }

    static Lines open(Path file, long start) throws IOException {
        var raw = Files.newInputStream(file);
        try {
            var input = isPacked(file) ? new GZIPInputStream(raw, BUFFER_BYTES) : raw;
            input.skipNBytes(start);
            return new Lines(file, input, start);
        } catch (ZipException | EOFException e) {
            raw.close();
            throw broken(file, start, e);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /** Bytes of an unpacked file; for a packed one what its last four bytes say, which is right below 4 GiB and a guess above. */
    static long size(Path file) throws IOException {
        long packed = Files.size(file);
        if (!isPacked(file) || packed < 18) { // shortest gzip file
            return packed;
        }
        try (var channel = Files.newByteChannel(file)) {
            var tail = ByteBuffer.allocate(4).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            channel.position(packed - 4);
            while (tail.hasRemaining() && channel.read(tail) >= 0) {}
            long size = Integer.toUnsignedLong(tail.getInt(0));
            long usual = packed * 5 / 2; // text packs to about 40 %
            return size >= packed ? size + Math.max(0, usual - size) / (1L << 32) * (1L << 32) : usual;
        }
    }

    /** Byte at which the next line begins. */
    long position() {
        return position;
    }

    /** Where the line that was read last stands, for messages. */
    String place() {
        return fromTheTop ? file + ", line " + line : file + ", in the line that ends at byte " + position;
    }

    /** The next line with its line end, if it has one; empty at the end of the file. */
    Optional<byte[]> next() throws IOException {
        byte[] collected = new byte[0];
        while (fill()) {
            int stop = indexOfLineEnd();
            int length = stop - next;
            if (collected.length + (long) length > LONGEST) {
                throw new BorealisException(
                        "text-too-long",
                        file + ": the line at byte " + position + " is longer than " + LONGEST
                                + " bytes. Is this a text file?");
            }
            int had = collected.length;
            collected = Arrays.copyOf(collected, had + length);
            System.arraycopy(buffer, next, collected, had, length);
            next = stop;
            if (collected[collected.length - 1] == '\n') {
                break;
            }
        }
        if (collected.length == 0) {
            return Optional.empty();
        }
        position += collected.length;
        line++;
        return Optional.of(collected);
    }

    private int indexOfLineEnd() {
        for (int i = next; i < end; i++) {
            if (buffer[i] == '\n') {
                return i + 1;
            }
        }
        return end;
    }

    private boolean fill() throws IOException {
        if (next < end) {
            return true;
        }
        try {
            next = 0;
            end = Math.max(0, input.read(buffer));
            return end > 0;
        } catch (ZipException | EOFException e) {
            throw broken(file, position, e);
        }
    }

    /** Decodes UTF-8, which the bytes must be. */
    String decode(byte[] bytes, int length, String place) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BorealisException(
                    "text-encoding",
                    place + ": the text is not UTF-8. Convert it first, for instance with iconv -t UTF-8.",
                    e);
        }
    }

    private static BorealisException broken(Path file, long position, IOException cause) {
        String what = cause instanceof EOFException ? "ends too early" : "is no valid gzip data";
        return new BorealisException(
                "text-broken",
                file + " " + what + " (after " + position + " bytes of text): " + cause.getMessage()
                        + ". Fetch the file again.",
                cause);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
