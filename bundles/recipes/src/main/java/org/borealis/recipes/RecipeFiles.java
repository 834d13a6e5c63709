package org.borealis.recipes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.tensor.BorealisException;

/**
 * Finds recipes on disk.
 *
 * @param shipped folder of the recipes that have names
 */
record RecipeFiles(Optional<Path> shipped) {
    private static final String SUFFIX = ".yaml";

    /** Recipe text and where it is from. */
    record Text(String yaml, String origin) {}

    /** The file of that path, else the shipped recipe of that name. */
    Text read(String pathOrName) {
        Optional<Path> path = path(pathOrName);
        if (path.isPresent() && Files.isRegularFile(path.get())) {
            return new Text(text(path.get()), pathOrName);
        }
        return shipped.filter(folder -> names().contains(pathOrName))
                .map(folder -> folder.resolve(pathOrName + SUFFIX))
                .map(file -> new Text(text(file), file.toString()))
                .orElseThrow(() -> missing(pathOrName, path));
    }

    /** Names of the shipped recipes, sorted. */
    List<String> names() {
        if (shipped.isEmpty() || !Files.isDirectory(shipped.get())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(shipped.get())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(SUFFIX))
                    .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new BorealisException(
                    "recipe-unreadable",
                    "the folder of shipped recipes, " + shipped.get() + ", can't be read: " + e,
                    e);
        }
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private BorealisException missing(String pathOrName, Optional<Path> path) {
        var names = names();
        String hint = Spelling.hint(pathOrName, names);
        String folder = path.filter(Files::isDirectory)
                .map(found -> " (there is a folder of that name)")
                .orElse("");
        String absolute =
                path.map(found -> found.toAbsolutePath().normalize().toString()).orElse(pathOrName);
        String choice =
                names.isEmpty() ? "No recipes are shipped." : "Shipped recipes: " + String.join(", ", names) + ".";
        return new BorealisException(
                "recipe-missing",
                "there is no recipe file " + absolute + folder + " and no shipped recipe '" + pathOrName + "'"
                        + (hint.isEmpty() ? ". " : hint + " ") + choice);
    }

    private static String text(Path file) {
        try (var stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(YamlReader.MOST_CHARACTERS + 1);
            if (bytes.length > YamlReader.MOST_CHARACTERS) {
                throw new BorealisException(
                        "recipe-size",
                        file + " is too long for a recipe: at most " + YamlReader.MOST_CHARACTERS + " bytes");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BorealisException("recipe-syntax", file + " is not a text in UTF-8", e);
        } catch (IOException e) {
            throw new BorealisException("recipe-unreadable", "the recipe " + file + " can't be read: " + e, e);
        }
    }
}
