package org.borealis.checkpoint.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class HostileSafetensorsTest {
    private static final Path GOLDEN = Path.of("formats/ckpt/bad/safetensors");
    private static final Path OWN = Path.of("src/test/resources/goldens").resolve(GOLDEN);

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> goldenFilesAreAcceptedOrRefusedAsExpected() throws IOException {
        var given = Path.of(System.getProperty("borealis.goldens", "")).resolve(GOLDEN);
        var files = Files.exists(given.resolve("expected.json")) ? given : OWN;
        var cases = Pattern.compile("\"file\": \"([^\"]+)\",\\s+\"why\": \"(.*)\",\\s+\"expect\": \"(\\w+)\"")
                .matcher(Files.readString(files.resolve("expected.json")))
                .results()
                .toList();
        assertTrue(cases.size() > 0, "no case in " + files);
        return cases.stream().map(c -> DynamicTest.dynamicTest(c.group(1), () -> check(files, c)));
    }

    private static void check(Path files, MatchResult expected) {
        var file = files.resolve(expected.group(1));
        if (expected.group(3).equals("accept")) {
            try (var source = SafetensorsFile.open(file)) {
                source.types()
                        .forEach((name, type) ->
                                assertEquals(type.bytes(), source.read(name).byteSize()));
            }
        } else {
            var failure = assertThrows(BorealisException.class, () -> SafetensorsFile.open(file), expected.group(2));
            assertTrue(failure.getMessage().contains(expected.group(1)), failure.getMessage());
            assertTrue(failure.getMessage().length() < 600, failure.getMessage());
        }
    }

    @Test
    void aMissingFileIsNamed() {
        var failure = assertThrows(BorealisException.class, () -> SafetensorsFile.open(folder.resolve("none")));
        assertTrue(failure.getMessage().contains("none"), failure.getMessage());
    }

    @Test
    void aFolderIsRefused() {
        assertThrows(BorealisException.class, () -> SafetensorsFile.open(folder));
    }

    @Test
    void duplicateKeysWithinATensorAreRefused() throws IOException {
        refused("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4);
    }

    @Test
    void twoTensorsAtTheSameBytesAreRefused() throws IOException {
        refused(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                4);
    }

    @Test
    void textAfterTheHeaderIsRefused() throws IOException {
        refused("{} {}", 0);
        refused("{} x", 0);
    }

    @Test
    void aHeaderThatIsCutWithinItsJsonIsRefused() throws IOException {
        refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}", 4);
    }

    @Test
    void absurdNumbersAreRefused() throws IOException {
        refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,99999999999999999999]}}", 4);
        refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[1e0],\"data_offsets\":[0,1]}}", 1);
        refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[" + "1,".repeat(100) + "1],\"data_offsets\":[0,1]}}", 1);
    }

    @Test
    void subByteTypesMustEndAtAByte() throws IOException {
        refused("{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}", 2);
        try (var file =
                SafetensorsFile.open(write("{\"a\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[0,2]}}", 2))) {
            assertEquals("F4[4]", file.unreadable().get("a"));
        }
    }

    @Test
    void anUnsupportedTypeIsRefusedByNameOnlyWhenItIsRead() throws IOException {
        var path = write(
                "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[4,6]}}",
                6);
        try (var file = SafetensorsFile.open(path)) {
            assertEquals(2, file.read("b").byteSize());
            var failure = assertThrows(BorealisException.class, () -> file.read("a"));
            assertTrue(failure.getMessage().contains("F8_E4M3[4]"), failure.getMessage());
        }
    }

    @Test
    void anEmptyFileOfNoTensorsIsRead() throws IOException {
        try (var file = SafetensorsFile.open(write("{}", 0))) {
            assertTrue(file.types().isEmpty());
        }
    }

    private void refused(String header, int dataBytes) throws IOException {
        var path = write(header, dataBytes);
        var failure = assertThrows(BorealisException.class, () -> SafetensorsFile.open(path), header);
        assertTrue(failure.getMessage().contains("hostile.safetensors"), failure.getMessage());
    }

    private Path write(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        var file = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        return Files.write(folder.resolve("hostile.safetensors"), file.array());
    }
}
