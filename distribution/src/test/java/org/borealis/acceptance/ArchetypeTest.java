package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The templates of each contract pass their kit; WriteAnOptimizerIT writes one of them with Maven. */
class ArchetypeTest {
    private static final Path TEMPLATES = Path.of("../cnf/archetype/src/main/resources/archetype-resources/src");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"Optimizer", "Schedule", "Tokenizer"})
    void whatIsWrittenPassesTheKit(String contract) throws Exception {
        write(contract);
        var summary = new GuideProject(folder).compiled().test("com.example.compass.Compass" + contract + "Test");
        var failures = summary.getFailures().stream()
                .map(failure -> failure.getException().toString())
                .toList();
        assertEquals(List.of(), failures);
        assertTrue(summary.getTestsSucceededCount() > 5, "checks of the kit");
    }

    private void write(String contract) throws IOException {
        try (Stream<Path> files = Files.walk(TEMPLATES)) {
            for (Path template : files.filter(file -> file.toString().matches(".*__" + contract + "(Test)?\\.java"))
                    .toList()) {
                var text = Files.readString(template)
                        .replace("${package}", "com.example.compass")
                        .replace("${className}", "Compass")
                        .replace("${name}", "compass");
                var name = TEMPLATES.relativize(template).toString().replace("__className__", "Compass");
                var file = folder.resolve("src").resolve(name);
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
            }
        }
    }
}
