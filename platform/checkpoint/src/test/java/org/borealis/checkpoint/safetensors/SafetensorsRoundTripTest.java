package org.borealis.checkpoint.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsRoundTripTest {
    private static final long SEED = 17;

    @TempDir
    Path folder;

    @Test
    void everyTypeComesBackBitForBit() throws IOException {
        var types = new LinkedHashMap<String, TensorType>();
        for (var type : DataType.values()) {
            types.put(type.label() + ".matrix", TensorType.of(type, 3, 5));
            types.put(type.label() + ".scalar", TensorType.of(type));
            types.put(type.label() + ".nothing", TensorType.of(type, 0, 4));
        }
        var random = new Random(SEED);
        var elements = new LinkedHashMap<String, byte[]>();
        types.forEach((name, type) -> {
            var bytes = new byte[(int) type.bytes()];
            random.nextBytes(bytes);
            elements.put(name, bytes);
        });
        var path = write(types, elements, Map.of("who", "ä \"quoted\" text"));
        try (var file = SafetensorsFile.open(path)) {
            assertEquals(types, file.types());
            assertEquals(List.copyOf(types.keySet()), List.copyOf(file.types().keySet()));
            assertEquals("ä \"quoted\" text", file.metadata().get("who"));
            elements.forEach(
                    (name, bytes) -> assertArrayEquals(bytes, file.read(name).toArray(ValueLayout.JAVA_BYTE), name));
        }
        assertEquals(Files.size(path), SafetensorsWriter.bytes(types, Map.of("who", "ä \"quoted\" text")));
    }

    @Test
    void arraysOfNumbersAreWrittenAsTheyAre() throws IOException {
        var path = folder.resolve("floats.safetensors");
        float[] numbers = new float[1_000_003];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        try (var channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var writer = new SafetensorsWriter(
                    channel, Map.of("a", TensorType.of(DataType.FLOAT32, numbers.length)), Map.of());
            writer.write("a", MemorySegment.ofArray(numbers));
            writer.finish();
        }
        try (var file = SafetensorsFile.open(path)) {
            assertArrayEquals(numbers, file.read("a").toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
        }
    }

    @Test
    void dataBeginsAtAMultipleOf64Bytes() throws IOException {
        for (int length = 1; length < 70; length++) {
            var type = TensorType.of(DataType.UINT8, 1);
            String name = "n".repeat(length);
            var path = write(Map.of(name, type), Map.of(name, new byte[1]), Map.of());
            assertEquals(1, Files.size(path) % 64);
            SafetensorsFile.open(path).close();
        }
    }

    @Test
    void filesBeyondTwoGigabytesAreMapped() throws IOException {
        var path = folder.resolve("large.safetensors");
        var types = new LinkedHashMap<String, TensorType>();
        types.put("large", TensorType.of(DataType.UINT8, 3, 1 << 30));
        types.put("last", TensorType.of(DataType.FLOAT32, 1));
        try (var channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            new SafetensorsWriter(channel, types, Map.of());
            // A sparse file: the large tensor is a hole in it.
            channel.position(channel.position() + types.get("large").bytes());
            channel.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 2.5f));
        }
        try (var file = SafetensorsFile.open(path)) {
            assertEquals(2.5f, file.read("last").get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
            assertEquals(3L << 30, file.read("large").byteSize());
        }
    }

    @Test
    void whatIsReadIsReadOnlyAndDeadAfterClose() throws IOException {
        var path = write(Map.of("a", TensorType.of(DataType.FLOAT32, 2)), Map.of("a", new byte[8]), Map.of());
        var file = SafetensorsFile.open(path);
        var segment = file.read("a");
        assertTrue(segment.isReadOnly());
        file.close();
        file.close();
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void aMissingTensorIsAnsweredWithTheNearestName() throws IOException {
        var types =
                Map.of("layers.0.norm.weight", TensorType.of(DataType.UINT8, 0), "x", TensorType.of(DataType.UINT8, 0));
        var path = write(types, Map.of("layers.0.norm.weight", new byte[0], "x", new byte[0]), Map.of());
        try (var file = SafetensorsFile.open(path)) {
            var failure = assertThrows(BorealisException.class, () -> file.read("layers.0.norm.wieght"));
            assertTrue(failure.getMessage().endsWith("the nearest is 'layers.0.norm.weight'"), failure.getMessage());
        }
    }

    @Test
    void aWriterWantsItsTensorsInTurnAndWhole() throws IOException {
        var types = new LinkedHashMap<String, TensorType>();
        types.put("a", TensorType.of(DataType.FLOAT32, 2));
        types.put("b", TensorType.of(DataType.FLOAT32, 2));
        var options = new StandardOpenOption[] {StandardOpenOption.CREATE, StandardOpenOption.WRITE};
        try (var arena = Arena.ofConfined();
                var channel = FileChannel.open(folder.resolve("turns"), options)) {
            var eight = arena.allocate(8);
            var writer = new SafetensorsWriter(channel, types, Map.of());
            assertThrows(IllegalStateException.class, () -> writer.write("b", eight));
            var again = new SafetensorsWriter(channel, types, Map.of());
            assertThrows(IllegalStateException.class, () -> again.write("a", arena.allocate(4)));
            assertThrows(IllegalStateException.class, again::finish);
        }
    }

    private Path write(Map<String, TensorType> types, Map<String, byte[]> elements, Map<String, String> metadata)
            throws IOException {
        var path = folder.resolve("file.safetensors");
        try (var channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var writer = new SafetensorsWriter(channel, types, metadata);
            for (String name : types.keySet()) {
                writer.write(name, MemorySegment.ofArray(elements.get(name)));
            }
            writer.finish();
        }
        return path;
    }
}
