package org.borealis.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Files with numbers that other programs computed: those under {@code src/test/resources/goldens} of a module, and those under the
 * folder that the system property {@value #PROPERTY} names, if it is set.
 */
@ProviderType
public final class Goldens {
    /** System property with a folder of further cases. */
    public static final String PROPERTY = "borealis.goldens";

    private static final int DEPTH = 8;

    private Goldens() {}

    /** A JSON file. */
    public record Golden(Path file, JsonNode json) {
        @Override
        public String toString() {
            return file.toString();
        }
    }

    /** Files of this name pattern, such as {@code golden.json} or {@code *.json}, that are of the kind that is looked for. */
    public static List<Golden> of(String glob, Predicate<JsonNode> isOfKind) {
        var folders = new ArrayList<>(List.of(Path.of("src/test/resources/goldens")));
        String given = System.getProperty(PROPERTY, "");
        if (!given.isEmpty()) {
            folders.add(Path.of(given));
        }
        return folders.stream()
                .filter(Files::isDirectory)
                .flatMap(folder -> files(folder, glob))
                .map(file -> new Golden(file, read(file)))
                .filter(golden -> isOfKind.test(golden.json()))
                .toList();
    }

    private static Stream<Path> files(Path folder, String glob) {
        var matcher = folder.getFileSystem().getPathMatcher("glob:" + glob);
        try (var files = Files.walk(folder, DEPTH)) {
            return files.filter(file -> matcher.matches(file.getFileName())).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Content of a JSON file. */
    public static JsonNode read(Path file) {
        try {
            return new JsonMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(file + " is no JSON", e);
        }
    }

    /** A list of numbers, however deep it is nested, in order. */
    public static double[] numbers(JsonNode json) {
        return flat(json).mapToDouble(JsonNode::asDouble).toArray();
    }

    private static Stream<JsonNode> flat(JsonNode json) {
        return json.isArray() ? json.valueStream().flatMap(Goldens::flat) : Stream.of(json);
    }
}
