package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Types what docs/guides/write-a-backend.md says, in its order, with the bundle that its pom describes. */
@Timeout(300)
class WriteABackendIT {
    /** Float32 sums in another order, through two steps. */
    private static final double FLOAT32 = 2e-5;

    /** Here only in part: WriteABackendTest runs the whole kit. */
    private static final String CONFORMANCE = "borealis conformance --backend abacus";

    @TempDir
    Path folder;

    private GuidePage page;

    @BeforeEach
    void writeFiles() throws IOException {
        page = GuidePage.of(WriteABackendTest.PAGE);
        page.writeInto(folder);
    }

    @Test
    void whatTheGuideTypesInstallsABackendThatTrainsAsAnotherDoes() throws Exception {
        bundle();
        var terminal = GuideTerminal.in(folder);
        Map<String, String> said = new HashMap<>();
        for (String line : page.commands()) {
            if (!line.matches("(\\./)?mvnw? .*")) { // what Maven makes is made above
                said.put(line, terminal.typed(line.replace(CONFORMANCE, CONFORMANCE + " --type i32")));
            }
        }
        var listed = page.inLanguage("text").get(1).text().strip();
        assertTrue(unspaced(said.get("borealis plugins list")).contains(unspaced(listed)), said::toString);
        assertTrue(said.get(CONFORMANCE).contains("backend abacus passes"), said::toString);
        var runs = folder.resolve("runs");
        assertSameLosses(new RunFiles(runs.resolve("torch")), new RunFiles(runs.resolve("abacus")));
    }

    @Test
    void withItsClaimsItTrainsAsTheReferenceDoes() throws Exception {
        for (var claim : WriteABackendTest.claims(page)) {
            GuidePage.apply(claim, folder);
        }
        var work = new Workplace(folder.resolve("work"));
        Files.copy(bundle(), work.plugins().resolve("abacus.jar"));
        work.train("abacus", "backend=abacus", "steps=2").succeeded();
        work.train("reference", "backend=reference", "steps=2").succeeded();
        assertSameLosses(work.run("reference"), work.run("abacus"));
    }

    private Path bundle() throws Exception {
        return new GuideProject(folder).compiled().bundle();
    }

    static void assertSameLosses(RunFiles wanted, RunFiles got) throws IOException {
        var losses = got.losses();
        assertEquals(wanted.losses().keySet(), losses.keySet());
        wanted.losses().forEach((event, digits) -> {
            double loss = Double.parseDouble(digits);
            assertEquals(loss, Double.parseDouble(losses.get(event)), FLOAT32 * loss, event);
        });
    }

    /** Columns are as wide as the widest name that is installed. */
    static String unspaced(String table) {
        return table.replaceAll(" +", " ");
    }
}
