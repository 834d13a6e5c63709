package org.borealis.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecipeFilesTest {
    @TempDir
    Path folder;

    private RecipeFiles files = new RecipeFiles(Optional.empty());

    @BeforeEach
    void ship() throws IOException {
        Path shipped = Files.createDirectory(folder.resolve("recipes"));
        Files.writeString(shipped.resolve("quickstart.yaml"), "steps: 1");
        Files.writeString(shipped.resolve("large.yaml"), "steps: 2");
        Files.writeString(shipped.resolve("notes.txt"), "");
        files = new RecipeFiles(Optional.of(shipped));
    }

    private BorealisException refused(String pathOrName) {
        return assertThrows(BorealisException.class, () -> files.read(pathOrName));
    }

    @Test
    void aPathIsReadBeforeAName() throws IOException {
        Path mine = Files.writeString(folder.resolve("mine.yaml"), "steps: 3");
        assertEquals("steps: 3", files.read(mine.toString()).yaml());
        assertEquals("steps: 1", files.read("quickstart").yaml());
        assertEquals(List.of("large", "quickstart"), files.names());
    }

    @Test
    void aMissingFileIsNamedTogetherWithTheShippedRecipes() {
        var missing = refused("quikstart");
        assertEquals("recipe-missing", missing.code());
        assertEquals(
                "there is no recipe file " + Path.of("quikstart").toAbsolutePath()
                        + " and no shipped recipe 'quikstart'; did you mean 'quickstart'? Shipped recipes: large, quickstart.",
                missing.getMessage());
        assertTrue(refused(folder.toString()).getMessage().contains("(there is a folder of that name)"));
        assertEquals("recipe-missing", refused("a\0b").code());
        assertEquals("recipe-missing", refused("../recipes/large").code());
    }

    @Test
    void whatIsNoTextOrTooLongIsRefused() throws IOException {
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xc3, 0x28});
        assertEquals(
                binary + " is not a text in UTF-8", refused(binary.toString()).getMessage());
        Path large = Files.write(folder.resolve("large"), new byte[YamlReader.MOST_CHARACTERS + 1]);
        assertEquals("recipe-size", refused(large.toString()).code());
    }
}
