package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.borealis.acceptance.Workplace.Ended;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Meshes that can't be: why is said last and clearly, and nothing is left but what the ranks said. */
@Timeout(120)
class RefusedMeshIT {
    @TempDir
    static Path folder;

    private static Workplace work;

    @BeforeAll
    static void makeWorkplace() throws Exception {
        work = new Workplace(folder);
    }

    @Test
    void aMeshOfAnotherSizeIsRefusedBeforeAnyRankStarts() throws Exception {
        var ended = launch("size", "--ranks", "2", "--set", "mesh=data=3");
        assertEquals(
                "borealis: the mesh data=3 has 3 ranks, and --ranks says 2; leave --ranks out, or give a mesh with --set mesh=\n",
                ended.err());
        assertNotEquals(0, ended.code());
        assertFalse(Files.exists(work.run("size").folder()));
    }

    @Test
    void oneProcessIsNoMeshOfTwo() throws Exception {
        var ended = work.train("alone", "mesh=data=2");
        assertEquals(
                "borealis: the mesh 'data=2' is for 2 ranks, and this process was started alone; start them all with: borealis launch RECIPE\n",
                ended.err());
        assertNotEquals(0, ended.code());
        assertFalse(Files.exists(work.run("alone").folder()));
    }

    @Test
    void headsThatDoNotDivideAreNamedWithTheNumbersThatWouldDo() throws Exception {
        String model = "model={family: gpt, layers: 1, hidden: 64, heads: 4, sequence: 32, vocabulary: 384}";
        refuses(
                launch("heads", "--set", "mesh=tensor=3", "--set", model),
                "heads",
                List.of("layers.0.attention.", ": dim ", "heads", "tensor=3 does not divide; tensor may be [1, 2, 4]"));
    }

    @Test
    void anUnknownAxisIsRefusedWithThoseThatAreInstalled() throws Exception {
        refuses(
                launch("axis", "--set", "mesh=widgets=2"),
                "axis",
                List.of("no parallel 'widgets' is installed. Installed: data, "));
    }

    @Test
    void aSettingOfAnAxisThatIsNotThereIsRefused() throws Exception {
        refuses(
                launch("setting", "--set", "mesh=data=2", "--set", "parallel=[tensor.sequence=true]"),
                "setting",
                List.of(
                        "'tensor.sequence=true' is for an axis that the mesh 'data=2' does not have; its axes: [data]"));
    }

    @Test
    void aBatchThatCannotBeDealtOutIsRefused() throws Exception {
        refuses(
                launch("batch", "--set", "mesh=data=3"),
                "batch",
                List.of("batch.micro: a step has 2 micro-batches of 4 sequences", "to 3 ranks of the mesh; choose "));
    }

    private static Ended launch(String name, String... more) throws Exception {
        var words = new ArrayList<>(List.of("launch", "tiny.yaml", "--set", "name=" + name, "--grace", "5s"));
        words.addAll(List.of(more));
        return work.borealis(words.toArray(String[]::new));
    }

    /** Every rank that finds it says the same, and the launcher repeats it once, last of all. */
    private static void refuses(Ended ended, String name, List<String> words) throws Exception {
        assertNotEquals(0, ended.code(), ended::toString);
        assertFalse(ended.err().contains("Exception"), ended::err);
        var lines = ended.err().lines().toList();
        var report = lines.subList(lines.size() - 2, lines.size());
        assertTrue(
                report.getFirst().matches("borealis: rank \\d failed with exit code 1; all that it said is in .*"),
                ended::err);
        for (String word : words) {
            assertTrue(report.getLast().contains(word), () -> "'" + word + "' is missing in: " + ended.err());
        }
        try (var left = Files.walk(work.run(name).folder())) {
            assertEquals(
                    List.of(),
                    left.filter(Files::isRegularFile)
                            .filter(file -> !file.getParent().endsWith("logs"))
                            .toList());
        }
    }
}
