package org.borealis.conformance;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.borealis.tensor.BorealisException;

/** Last verdicts, a file for each backend, where the user's programs keep their state. */
record VerdictFiles(Path folder) {
    private static final Pattern SAFE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final int MOST_BYTES = 1 << 14;
    private static final int MOST_LETTERS = 300;
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /** In {@code $XDG_STATE_HOME}, or where that is by default. */
    static VerdictFiles ofUser() {
        String state = Optional.ofNullable(System.getenv("XDG_STATE_HOME")).orElse("");
        Path home = state.isEmpty() ? Path.of(System.getProperty("user.home"), ".local", "state") : Path.of(state);
        return new VerdictFiles(home.resolve("borealis").resolve("conformance"));
    }

    private Optional<Path> file(String backend) {
        return SAFE_NAME.matcher(backend).matches() ? Optional.of(folder.resolve(backend + ".json")) : Optional.empty();
    }

    /** Keeps a verdict in the place of the one before. */
    void keep(LastVerdict verdict) {
        var file = file(verdict.backend())
                .orElseThrow(() -> new BorealisException(
                        "backend-name",
                        "the name of backend '" + verdict.backend()
                                + "' can't name a file, so that its verdict is not kept"));
        try {
            Files.createDirectories(folder);
            Path temporary = Files.createTempFile(folder, verdict.backend(), ".tmp");
            try {
                write(temporary, JSON.writeValueAsBytes(verdict.json()));
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new BorealisException(
                    "verdict-not-kept",
                    "the verdict could not be written to " + file + " (" + e
                            + "); set XDG_STATE_HOME to a folder that can be written",
                    e);
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    /**
     * The verdict that was kept; empty if none was.
     *
     * @throws BorealisException if the file is none of ours
     */
    Optional<LastVerdict> read(String backend) {
        var file = file(backend).filter(Files::isRegularFile);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file.get())) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw broken(file.get(), "it has more than " + MOST_BYTES + " bytes");
            }
            return Optional.of(verdict(backend, JSON.readTree(bytes)));
        } catch (IOException | DateTimeParseException | IllegalArgumentException e) {
            throw broken(
                    file.get(),
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static LastVerdict verdict(String backend, JsonNode json) {
        if (!text(json, "backend").equals(backend)) {
            throw new IllegalArgumentException("it is about another backend");
        }
        return new LastVerdict(
                backend,
                text(json, "origin"),
                text(json, "fingerprint"),
                text(json, "device"),
                Instant.parse(text(json, "date")),
                count(json, "passed"),
                count(json, "failed"));
    }

    /** What will be printed on a terminal holds nothing that steers it. */
    private static String text(JsonNode json, String key) {
        var value = json.path(key);
        if (!value.isTextual() || value.textValue().length() > MOST_LETTERS) {
            throw new IllegalArgumentException("'" + key + "' is no text of at most " + MOST_LETTERS + " letters");
        }
        return value.textValue().replaceAll("\\p{Cntrl}", "?");
    }

    private static long count(JsonNode json, String key) {
        var value = json.path(key);
        if (!value.canConvertToLong() || value.longValue() < 0) {
            throw new IllegalArgumentException("'" + key + "' is no count");
        }
        return value.longValue();
    }

    private static BorealisException broken(Path file, String why) {
        return new BorealisException(
                "verdict-broken", file + " is no verdict of the conformance kit: " + why + "; delete it");
    }

    static String write(Map<String, Object> json) {
        try {
            return JSON.writeValueAsString(json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
