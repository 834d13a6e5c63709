package org.borealis.checkpoint.safetensors;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.borealis.checkpoint.TensorSource;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A safetensors file, mapped into memory. The header is checked whole when the file is opened; the file must not be changed while it is
 * open. Safe for use by several threads.
 */
@ProviderType
public final class SafetensorsFile implements TensorSource {
    private static final int LENGTH_BYTES = 8;

    private final Path path;
    private final Header header;
    private final Map<String, TensorType> types;
    private final MemorySegment data;
    private final Arena arena;

    private SafetensorsFile(Path path, Header header, MemorySegment data, Arena arena) {
        this.path = path;
        this.header = header;
        this.data = data;
        this.arena = arena;
        var readable = new LinkedHashMap<String, TensorType>();
        header.tensors().forEach((name, entry) -> entry.type().ifPresent(type -> readable.put(name, type)));
        this.types = Collections.unmodifiableMap(readable);
    }

    /**
     * Opens a file.
     *
     * @throws BorealisException naming file and fault, if it is missing or not of the format to the last byte
     */
    public static SafetensorsFile open(Path path) {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return map(path, channel);
        } catch (NoSuchFileException e) {
            throw new BorealisException("safetensors-missing", "there is no file " + path, e);
        } catch (IOException e) {
            throw new BorealisException(
                    "safetensors", path + " can't be read as safetensors: " + firstLine(e.getMessage()), e);
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the file is open
    private static SafetensorsFile map(Path path, FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < LENGTH_BYTES) {
            throw new FormatException("it has " + fileBytes + " bytes, the shortest possible file has 10");
        }
        long headerBytes = read(channel, 0, LENGTH_BYTES).getLong();
        // A length of 2^63 or more shows as a negative number.
        if (headerBytes < 0 || headerBytes > HeaderReader.MAX_BYTES || headerBytes > fileBytes - LENGTH_BYTES) {
            throw new FormatException("its header would have " + Long.toUnsignedString(headerBytes)
                    + " bytes; the file has " + fileBytes + ", and the format allows " + HeaderReader.MAX_BYTES);
        }
        byte[] json = read(channel, LENGTH_BYTES, (int) headerBytes).array();
        long start = LENGTH_BYTES + headerBytes;
        var header = HeaderReader.read(json).checked(fileBytes - start);
        var arena = Arena.ofShared();
        try {
            var data = channel.map(FileChannel.MapMode.READ_ONLY, start, fileBytes - start, arena);
            return new SafetensorsFile(path, header, data, arena);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new FormatException("it ended while it was read");
            }
        }
        return buffer.flip();
    }

    /** Parsers add where in their input they were, over several lines. */
    private static String firstLine(@Nullable String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("");
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Texts that whoever wrote the file put beside the tensors. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** {@inheritDoc} Without those that {@link #unreadable} names. */
    @Override
    public Map<String, TensorType> types() {
        return types;
    }

    /** Tensors of types that Borealis has not, such as {@code F8_E4M3}: dtype and shape by name. */
    public Map<String, String> unreadable() {
        var unreadable = new LinkedHashMap<String, String>();
        header.tensors().forEach((name, entry) -> {
            if (!types.containsKey(name)) {
                unreadable.put(name, entry.dtype() + entry.shape());
            }
        });
        return unreadable;
    }

    @Override
    public MemorySegment read(String name) {
        var entry = header.tensors().get(name);
        if (entry == null) {
            throw TensorSource.missing(path.toString(), name, header.tensors().keySet());
        }
        if (!types.containsKey(name)) {
            throw new BorealisException(
                    "tensor-type",
                    "tensor " + Header.quote(name) + " in " + path + " is " + entry.dtype() + entry.shape()
                            + ", which Borealis does not read; it reads F64, F32, BF16, F16, I64, I32, U8, BOOL of sizes below 2^31");
        }
        return data.asSlice(entry.begin(), entry.end() - entry.begin());
    }

    /** Unmaps the file; segments that {@link #read} gave are dead afterwards. Closing twice does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
