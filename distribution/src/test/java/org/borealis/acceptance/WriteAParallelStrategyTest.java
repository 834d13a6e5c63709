package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.model.ModelFamily;
import org.borealis.parallel.Held;
import org.borealis.parallel.LogicalDim;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.borealis.testkit.Oracle;
import org.borealis.testkit.SpreadTrial;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows docs/guides/write-a-parallel-strategy.md: its files, what it says that ranks send, its change. */
class WriteAParallelStrategyTest {
    static final Path PAGE = Path.of("../docs/guides/write-a-parallel-strategy.md");
    private static final String KIT = "com.example.vocabulary.VocabularyConformanceTest";
    private static final String AXIS = "vocabulary";
    private static final int MOST_LINES = 40;

    @TempDir
    Path folder;

    private GuidePage page;

    @BeforeEach
    void writeFiles() throws IOException {
        page = GuidePage.of(PAGE);
        page.writeInto(folder);
    }

    @Test
    void theStrategyPassesTheKit() throws Exception {
        assertPasses();
    }

    @Test
    void withItsChangeItIsAnotherStrategyThatPassesTheKit() throws Exception {
        GuidePage.apply(page.changes().getFirst(), folder);
        assertPasses();
    }

    private void assertPasses() throws Exception {
        var summary = new GuideProject(folder).compiled().test(KIT);
        var failures = summary.getFailures().stream()
                .map(failure -> failure.getException().toString())
                .toList();
        assertEquals(List.of(), failures);
        assertEquals(42, summary.getTestsSucceededCount(), "seven checks, three meshes, two models");
    }

    @Test
    void whatCannotBeCutIsRefusedInTheseWords() throws Exception {
        var output = new Held(
                Held.Role.PARAMETER,
                "output.weight",
                Shape.of(24, 16),
                List.of(LogicalDim.VOCABULARY, LogicalDim.HIDDEN));
        try (var test = new GuideProject(folder).compiled().instance(KIT)) {
            Map<String, ParallelStrategy> strategies = test.call("strategies");
            var refusal = assertThrows(
                    ShapeException.class, () -> strategies.get(AXIS).kept(output, 5));
            assertEquals(shown(0), refusal.getMessage());
        }
    }

    @Test
    void ranksSendWhatThePageShows() throws Exception {
        assertEquals(shown(1), String.join("\n", sent(SpreadTrial::gradients, SpreadTrial::computing)));
        assertEquals(shown(2), String.join("\n", sent(SpreadTrial::update, SpreadTrial::updating)));
    }

    /** The lines of a program of one of two ranks in which it talks to the other. */
    private List<String> sent(Function<SpreadTrial, Program> program, Function<SpreadTrial, Signature> signature)
            throws Exception {
        try (var test = new GuideProject(folder).compiled().instance(KIT)) {
            Map<String, ParallelStrategy> strategies = test.call("strategies");
            Map<String, ModelFamily> models = test.call("models");
            var compiler = new ProgramCompiler();
            var trial = new SpreadTrial(
                    compiler, Oracle.find(), new ThreadCollectives(), models.get("llama"), DataType.FLOAT32, 2);
            var spread = new Spread(Mesh.parse(AXIS + "=2"), Map.of(AXIS, strategies.get(AXIS)), false);
            var split = compiler.partition(program.apply(trial), spread, signature.apply(trial));
            return split.toString()
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.matches(".*= (All|ReduceScatter).*"))
                    .toList();
        }
    }

    private String shown(int index) {
        return page.inLanguage("text").get(index).text().strip();
    }

    @Test
    void itIsAsShortAsTheGuideSays() throws IOException {
        assertTrue(Files.readString(PAGE).contains("about " + MOST_LINES + " lines of Java"));
        long lines = page.inLanguage("java")
                .getFirst()
                .text()
                .lines()
                .filter(line -> !line.matches("(import|package) .*|\\s*(//|/?\\*).*|[\\s})]*;?"))
                .count();
        assertTrue(lines <= MOST_LINES, () -> lines + " lines besides imports, comments and closing braces");
    }

    @Test
    void thePomAsksForTheVersionsThatThereAre() throws IOException {
        new GuideProject(folder).assertVersionsAsIn(Path.of("../pom.xml"));
    }
}
