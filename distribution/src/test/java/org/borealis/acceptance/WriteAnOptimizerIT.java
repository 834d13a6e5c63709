package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Types what docs/guides/write-an-optimizer.md says, in its order, with Maven and its archetype plugin. */
@Timeout(300)
class WriteAnOptimizerIT {
    static final Path PAGE = Path.of("../docs/guides/write-an-optimizer.md");
    private static final String PROJECT = "optimizer-compass";

    @TempDir
    Path folder;

    private GuidePage page;
    private GuideTerminal terminal;

    @BeforeEach
    void unpack() throws IOException {
        page = GuidePage.of(PAGE);
        terminal = GuideTerminal.in(folder);
        Files.createSymbolicLink(folder.resolve("borealis-0.1.0"), Workplace.HOME);
    }

    @AfterEach
    void dropLink() throws IOException {
        Files.delete(folder.resolve("borealis-0.1.0"));
    }

    private String shown(int index) {
        return page.inLanguage("text").get(index).text();
    }

    @Test
    void whatTheGuideTypesMakesAnOptimizerThatTrains() throws Exception {
        GuideTerminal.Typed waiting = null;
        var said = new HashMap<String, String>();
        for (String line : page.commands()) {
            if (line.startsWith("tar ")) {
                continue; // it is unpacked already
            }
            if (line.contains("missing=wait")) {
                waiting = terminal.started(line);
                waiting.awaitWords(shown(2).strip());
                continue;
            }
            if (line.equals("mvn -f optimizer-compass verify") && said.containsKey(line)) {
                GuidePage.apply(page.changes().getFirst(), folder);
            }
            said.put(line, terminal.typed(line));
            if (line.contains(":generate ")) {
                assertGenerated();
            } else if (line.startsWith("borealis plugins install") && waiting != null) {
                waiting.ended();
                waiting = null;
            }
        }
        assertTrue(said.get("mvn -f optimizer-compass verify").contains(shown(1).strip()), said::toString);
        assertTrue(said.get("borealis plugins describe compass").contains(shown(3)), said::toString);
        assertNotEquals(assertFalling("first"), assertFalling("second"), "another rule, other losses");
    }

    private void assertGenerated() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(PROJECT))) {
            assertEquals(
                    shown(0).lines().toList(),
                    files.filter(Files::isRegularFile)
                            .map(file -> folder.relativize(file).toString())
                            .sorted()
                            .toList());
        }
        var generated = Files.readString(
                folder.resolve(PROJECT).resolve("src/main/java/com/example/compass/CompassOptimizer.java"));
        var method = page.inLanguage("java").getFirst().text();
        assertTrue(generated.contains(method), generated);
        new GuideProject(folder.resolve(PROJECT)).assertVersionsAsIn(Path.of("../pom.xml"));
    }

    private List<String> assertFalling(String run) throws IOException {
        Map<String, String> losses = new RunFiles(folder.resolve("runs").resolve(run)).losses();
        losses.keySet().removeIf(event -> !event.startsWith("step "));
        var values = List.copyOf(losses.values());
        assertTrue(Double.parseDouble(values.getLast()) < Double.parseDouble(values.getFirst()), losses::toString);
        return values;
    }
}
