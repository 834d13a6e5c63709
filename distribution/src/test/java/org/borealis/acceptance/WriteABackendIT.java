package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Types what docs/guides/write-a-backend.md says, in its order, with the bundle that its pom describes. */
@Timeout(300)
class WriteABackendIT {
    /** Float32 sums in another order, through two steps. */
    private static final double FLOAT32 = 2e-5;

    @TempDir
    Path folder;

    @Test
    void theBackendIsInstalledAndTrainsAsAnotherDoes() throws Exception {
        var page = GuidePage.of(WriteABackendTest.PAGE);
        page.writeInto(folder);
        new GuideProject(folder).compiled().bundle();
        Map<String, String> said = new HashMap<>();
        for (String line : page.commands()) {
            if (!line.matches("(\\./)?mvnw? .*")) { // what Maven makes is made above
                said.put(line, typed(line));
            }
        }
        var listed = page.inLanguage("text").get(1).text().strip();
        assertTrue(said.get("borealis plugins list").contains(listed), said::toString);
        var ours = new RunFiles(folder.resolve("runs/abacus")).losses();
        var others = new RunFiles(folder.resolve("runs/torch")).losses();
        assertEquals(others.keySet(), ours.keySet());
        others.forEach((event, loss) -> {
            double wanted = Double.parseDouble(loss);
            assertEquals(wanted, Double.parseDouble(ours.get(event)), FLOAT32 * wanted, event);
        });
    }

    /** Runs a line in the project's folder, with a home of its own and {@code borealis} on the path. */
    private String typed(String line) throws Exception {
        var said = folder.resolve("said.txt");
        var builder = new ProcessBuilder("sh", "-c", line)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        var environment = builder.environment();
        var home = folder.resolve("home");
        var cache = Path.of(System.getProperty("user.home"), ".cache"); // libtorch is unpacked there already
        environment.putIfAbsent("XDG_CACHE_HOME", cache.toString());
        environment.put("HOME", home.toString());
        environment.put("BOREALIS_PLUGINS", home.resolve(".borealis/plugins").toString());
        environment.merge(
                "PATH", Workplace.HOME.resolve("bin").toString(), (old, bin) -> bin + File.pathSeparator + old);
        var process = builder.start();
        boolean hasEnded = process.waitFor(Workplace.PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        var words = Files.readString(said);
        assertTrue(hasEnded, () -> line + " still runs:\n" + words);
        assertEquals(0, process.exitValue(), () -> line + ":\n" + words);
        return words;
    }
}
