package org.borealis.format.huggingface;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Golden model folders: those that the system property {@code borealis.goldens} names, else the project's. */
final class Goldens {
    private static final String OWN = "../../distribution/src/test/resources/goldens";

    private Goldens() {}

    static Path models() {
        var given = Path.of(System.getProperty("borealis.goldens", OWN)).resolve("numerics/models");
        return Files.isDirectory(given) ? given : Path.of(OWN).resolve("numerics/models");
    }

    static Path model(String name) {
        return models().resolve(name);
    }

    /** Folders of models that this format reads. */
    static List<Path> readable() {
        try (var folders = Files.list(models())) {
            return folders.filter(folder -> Files.exists(folder.resolve("golden.json"))
                            && folder.getFileName().toString().matches("(gpt2|llama|qwen2|mistral)_.*"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
