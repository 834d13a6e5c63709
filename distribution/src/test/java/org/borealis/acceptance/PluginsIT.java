package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.borealis.acceptance.Workplace.Ended;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plug-ins that somebody installs, changes behind the lock's back, and removes. */
@Timeout(300)
class PluginsIT {
    private static final String[] LIST = {"plugins", "list", "--kind", "optimizer"};

    @TempDir
    Path folder;

    private Workplace work;
    private DroppedJar signum;

    @BeforeEach
    void build() throws Exception {
        work = new Workplace(folder);
        signum = DroppedJar.of(Path.of("src/test/resources/plugins/Signum.java"), "signum", folder);
    }

    @Test
    void whatIsInstalledIsLockedAndAnythingElseDoesNotStart() throws Exception {
        var said = install(signum).succeeded().out();
        var described = new ObjectMapper()
                .readTree(work.borealis("plugins", "describe", "signum", "--json")
                        .succeeded()
                        .out())
                .get(0);
        assertEquals(signum.jar().toString(), described.get("from").asText());
        assertTrue(said.contains(described.get("sha256").asText()), said);
        assertTrue(said.contains(described.get("file").asText()), said);

        Path installed = work.plugins().resolve("example.signum.jar");
        Files.copy(signum.with("unknown").jar(), work.plugins().resolve("unknown.jar"));
        Files.write(
                installed,
                Files.readAllBytes(
                        signum.with("other", "Bundle-SymbolicName", "example.signum", "Bundle-Version", "1.0.1")
                                .jar()));
        var listed = work.borealis(LIST).succeeded();
        assertFalse(listed.out().contains("signum"), listed::toString);
        assertSaid(listed, installed + " is left out: it is not the file that was installed, by its SHA-256");
        assertSaid(listed, "unknown.jar is left out: plugins.lock does not name it; 'borealis plugins install ");

        work.borealis("plugins", "install", installed.toString()).succeeded();
        var removed = work.borealis("plugins", "remove", "signum").succeeded();
        assertEquals("removed " + installed + "\n", removed.out(), "known by what it brings, so it was started");
        assertFalse(Files.exists(installed));
    }

    @Test
    void whatCanNotBeUsedIsRefusedBeforeAnythingIsWritten() throws Exception {
        var future = signum.imports().replaceFirst("(train;version=\"\\[)[^\"]*", "$19,10)");
        var ended = install(signum.with("future", "Import-Package", future));
        assertEquals(1, ended.code());
        assertEquals(
                "borealis: bundle example.future 1.0.0 is not usable: it needs the package org.borealis.train in a"
                        + " version from 9.0.0, below 10.0.0, and here it is 0.1.0; get a build of it for this version\n",
                ended.err());
        try (var files = Files.list(work.plugins())) {
            assertEquals(0, files.count());
        }
    }

    private Ended install(DroppedJar jar) throws Exception {
        return work.borealis("plugins", "install", jar.jar().toString());
    }

    private static void assertSaid(Ended ended, String words) {
        assertTrue(ended.err().contains(words), () -> "'" + words + "' is missing in: " + ended.err());
    }
}
