package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Types what docs/guides/write-a-parallel-strategy.md says, in its order, with the bundle that its pom describes. */
@Timeout(300)
class WriteAParallelStrategyIT {
    @TempDir
    Path folder;

    @Test
    void whatTheGuideTypesInstallsAStrategyThatTrainsAsOneRankDoes() throws Exception {
        var page = GuidePage.of(WriteAParallelStrategyTest.PAGE);
        page.writeInto(folder);
        new GuideProject(folder).compiled().bundle();
        var terminal = GuideTerminal.in(folder);
        Map<String, String> said = new HashMap<>();
        for (String line : page.commands()) {
            if (!line.matches("(\\./)?mvnw? .*")) { // what Maven makes is made above
                said.put(line, terminal.typed(line));
            }
        }
        var listed = page.inLanguage("text").getLast().text().strip();
        assertTrue(
                WriteABackendIT.unspaced(said.get("borealis plugins list")).contains(WriteABackendIT.unspaced(listed)),
                said::toString);
        var runs = folder.resolve("runs");
        WriteABackendIT.assertSameLosses(new RunFiles(runs.resolve("one")), new RunFiles(runs.resolve("two")));
    }
}
