package org.borealis.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Files with numbers that other programs computed: those in folders {@value #FOLDER} of the class path, such as that of a module's
 * {@code src/test/resources}, and those under the folder that the system property {@value #PROPERTY} names, if it is set.
 */
@ProviderType
public final class Goldens {
    /** System property with a folder of further cases. */
    public static final String PROPERTY = "borealis.goldens";

    private static final String FOLDER = "goldens";
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
        return of(glob, "", isOfKind);
    }

    /** As {@link #of(String, Predicate)}, of files that have a text in them: others are not parsed. */
    public static List<Golden> of(String glob, String text, Predicate<JsonNode> isOfKind) {
        var folders = new ArrayList<>(folders());
        String given = System.getProperty(PROPERTY, "");
        if (!given.isEmpty()) {
            folders.add(Path.of(given));
        }
        return folders.stream()
                .filter(Files::isDirectory)
                .flatMap(folder -> files(folder, glob))
                .filter(file -> has(file, text))
                .map(file -> new Golden(file, read(file)))
                .filter(golden -> isOfKind.test(golden.json()))
                .toList();
    }

    private static boolean has(Path file, String text) {
        try {
            return text.isEmpty() || Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Folders of the class path that have such files. */
    public static List<Path> folders() {
        try {
            var folders = new ArrayList<Path>();
            for (var url : Collections.list(Goldens.class.getClassLoader().getResources(FOLDER))) {
                if (url.getProtocol().equals("file")) {
                    folders.add(Path.of(url.toURI()));
                }
            }
            return folders;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
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
