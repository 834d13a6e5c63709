package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.borealis.testkit.backend.Area;
import org.borealis.testkit.backend.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows docs/guides/write-a-backend.md: its files, its mistake, its claims. */
class WriteABackendTest {
    static final Path PAGE = Path.of("../docs/guides/write-a-backend.md");
    private static final Path ROOT_POM = Path.of("../pom.xml");
    private static final String KIT = "com.example.abacus.AbacusConformanceTest";
    private static final int MOST_LINES = 310;

    @TempDir
    Path folder;

    private GuidePage page;

    @BeforeEach
    void writeFiles() throws IOException {
        page = GuidePage.of(PAGE);
        page.writeInto(folder);
    }

    @Test
    void theBackendPassesTheKit() throws Exception {
        var summary = new GuideProject(folder).compiled().test(KIT);
        var failures = summary.getFailures().stream()
                .map(failure -> failure.getException().toString())
                .toList();
        assertEquals(List.of(), failures);
        assertTrue(summary.getTestsSucceededCount() > 150, "some two hundred checks, the guide says");
    }

    @Test
    void theMistakeFailsAsItSays() throws Exception {
        GuidePage.apply(page.changes().getFirst(), folder);
        var complaints = verdicts(Area.PRIMITIVES, "NEGATE").stream()
                .map(Verdict::complaint)
                .toList();
        var shown = page.inLanguage("text").getFirst().text().strip();
        assertTrue(complaints.contains(shown), complaints::toString);
    }

    @Test
    void theClaimsAreCheckedAndRight() throws Exception {
        for (String composite : List.of("AdamStep", "Fusion")) {
            assertEquals(List.of(), verdicts(Area.COMPOSITES, composite), "nothing is claimed before");
        }
        for (var change : claims(page)) {
            GuidePage.apply(change, folder);
        }
        for (String composite : List.of("AdamStep", "Fusion")) {
            var claimed = verdicts(Area.COMPOSITES, composite);
            assertTrue(!claimed.isEmpty() && claimed.stream().allMatch(Verdict::passed), claimed::toString);
        }
    }

    /** All changes but the first, which is the mistake. */
    static List<GuidePage.Block> claims(GuidePage page) {
        return page.changes().subList(1, page.changes().size());
    }

    private List<Verdict> verdicts(Area area, String operation) throws Exception {
        return new GuideProject(folder).compiled().verdicts(KIT, area, operation);
    }

    @Test
    void itIsAsShortAsTheGuideSays() throws IOException {
        assertTrue(Files.readString(PAGE).contains("about " + MOST_LINES + " lines of Java"));
        long lines = page.inLanguage("java").stream()
                .filter(block -> block.title().startsWith("src/main"))
                .filter(block -> !block.title().endsWith("Adam.java"))
                .flatMap(block -> block.text().lines())
                .filter(line -> !line.matches("(import|package) .*|\\s*(//|/?\\*).*|[\\s})]*;?"))
                .count();
        assertTrue(lines <= MOST_LINES, () -> lines + " lines besides imports, comments and closing braces");
    }

    @Test
    void thePomAsksForTheVersionsThatThereAre() throws IOException {
        new GuideProject(folder).assertVersionsAsIn(ROOT_POM);
    }
}
