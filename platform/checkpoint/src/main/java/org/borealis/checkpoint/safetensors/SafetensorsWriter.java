package org.borealis.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Writes one safetensors file, tensor after tensor, so that no two need be in memory at once. The header goes out first, so names
 * and types are given up front. Tensors begin at a multiple of 64 bytes.
 */
@ProviderType
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 64;
    /** What lies on the heap is copied a chunk at a time. */
    private static final long CHUNK_BYTES = 1 << 20;

    private final WritableByteChannel target;
    private final Map<String, TensorType> types;
    private final Queue<String> expected;

    /**
     * Writes the header.
     *
     * @param target stays open; the caller syncs and closes it
     * @param types of all tensors, in the order in which {@link #write} is going to get them
     * @param metadata texts to be put beside the tensors
     */
    public SafetensorsWriter(WritableByteChannel target, Map<String, TensorType> types, Map<String, String> metadata)
            throws IOException {
        this.target = target;
        this.types = new LinkedHashMap<>(types);
        this.expected = new ArrayDeque<>(types.keySet());
        writeFully(ByteBuffer.wrap(header(types, metadata)));
    }

    /** Bytes that a file of these tensors takes. */
    public static long bytes(Map<String, TensorType> types, Map<String, String> metadata) {
        long data = types.values().stream().mapToLong(TensorType::bytes).reduce(0, Math::addExact);
        return header(types, metadata).length + data;
    }

    /**
     * Writes the next tensor.
     *
     * @param elements dense, row-major, little-endian
     * @throws IllegalStateException if another tensor's turn is now, or {@code elements} has another size than the header says
     */
    public void write(String name, MemorySegment elements) throws IOException {
        String turn = expected.poll();
        var type = types.get(name);
        if (type == null || !name.equals(turn)) {
            throw new IllegalStateException("tensor '" + name + "' came when it was the turn of '" + turn + "'");
        }
        if (elements.byteSize() != type.bytes()) {
            throw new IllegalStateException("tensor '" + name + "' came with " + elements.byteSize() + " bytes, " + type
                    + " has " + type.bytes());
        }
        for (long at = 0; at < elements.byteSize(); at += CHUNK_BYTES) {
            writeFully(buffer(elements.asSlice(at, Math.min(CHUNK_BYTES, elements.byteSize() - at))));
        }
    }

    /** A heap segment is a view of an array that need not be one of bytes, and then has no buffer. */
    private static ByteBuffer buffer(MemorySegment chunk) {
        return chunk.isNative() ? chunk.asByteBuffer() : ByteBuffer.wrap(chunk.toArray(ValueLayout.JAVA_BYTE));
    }

    /** @throws IllegalStateException if a tensor that the header names has not been written */
    public void finish() {
        if (!expected.isEmpty()) {
            throw new IllegalStateException("tensors were promised and never written: " + expected);
        }
    }

    private void writeFully(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            target.write(buffer);
        }
    }

    private static byte[] header(Map<String, TensorType> types, Map<String, String> metadata) {
        var json = new ByteArrayOutputStream();
        try (var generator = new JsonFactory().createGenerator(json)) {
            generator.writeStartObject();
            if (!metadata.isEmpty()) {
                generator.writeObjectFieldStart("__metadata__");
                for (var text : metadata.entrySet()) {
                    generator.writeStringField(text.getKey(), text.getValue());
                }
                generator.writeEndObject();
            }
            long begin = 0;
            for (var tensor : types.entrySet()) {
                begin = entry(generator, tensor.getKey(), tensor.getValue(), begin);
            }
            generator.writeEndObject();
        } catch (IOException e) {
            throw new IllegalArgumentException("names of tensors must be texts: " + e.getMessage(), e);
        }
        return padded(json.toByteArray());
    }

    private static long entry(JsonGenerator generator, String name, TensorType type, long begin) throws IOException {
        if (name.equals("__metadata__")) {
            throw new IllegalArgumentException("no tensor may be named " + name);
        }
        long end = Math.addExact(begin, type.bytes());
        generator.writeObjectFieldStart(name);
        generator.writeStringField("dtype", Dtypes.word(type.type()));
        generator.writeArrayFieldStart("shape");
        for (int size : type.shape().dims()) {
            generator.writeNumber(size);
        }
        generator.writeEndArray();
        generator.writeArrayFieldStart("data_offsets");
        generator.writeNumber(begin);
        generator.writeNumber(end);
        generator.writeEndArray();
        generator.writeEndObject();
        return end;
    }

    private static byte[] padded(byte[] json) {
        int whole = Math.ceilDiv(Long.BYTES + json.length, ALIGNMENT) * ALIGNMENT;
        int headerBytes = whole - Long.BYTES;
        if (headerBytes > HeaderReader.MAX_BYTES) {
            throw new IllegalArgumentException("the header would have " + headerBytes + " bytes, the format allows "
                    + HeaderReader.MAX_BYTES + "; write fewer tensors into a file");
        }
        var padding = " ".repeat(headerBytes - json.length).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(whole)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes)
                .put(json)
                .put(padding)
                .array();
    }
}
