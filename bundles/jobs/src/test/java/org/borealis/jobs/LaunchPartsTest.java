package org.borealis.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.borealis.parallel.Mesh;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class LaunchPartsTest {

    @Test
    void ranksWithoutAMeshAreDataParallel() {
        assertEquals(Mesh.parse("data=4"), JobMesh.of(Mesh.SINGLE, 4));
        assertEquals(Mesh.SINGLE, JobMesh.of(Mesh.SINGLE, 0));
        assertEquals(Mesh.SINGLE, JobMesh.of(Mesh.SINGLE, 1));
        assertEquals(Mesh.parse("data=2,tensor=2"), JobMesh.of(Mesh.parse("data=2,tensor=2"), 0));
        var complaint = assertThrows(BorealisException.class, () -> JobMesh.of(Mesh.parse("data=2,tensor=2"), 8));
        assertTrue(complaint.getMessage().contains("the mesh data=2,tensor=2 has 4 ranks, and --ranks says 8"));
    }

    @Test
    void onlyTheDataAxisShrinks() {
        var sizes = new java.util.ArrayList<Integer>();
        for (var mesh = Mesh.parse("data=12"); !sizes.contains(mesh.size()); mesh = JobMesh.smaller(mesh)) {
            sizes.add(mesh.size());
        }
        assertEquals(List.of(12, 6, 3, 1), sizes);
        assertEquals(
                "pipeline=2,data=2,tensor=2",
                JobMesh.smaller(Mesh.parse("pipeline=2,data=4,tensor=2")).toString());
        assertEquals("tensor=2", JobMesh.smaller(Mesh.parse("tensor=2")).toString());
    }

    @Test
    void timesAreWrittenInSeveralWays() {
        var span = new Span();
        assertEquals(Duration.ofSeconds(90), span.convert("90"));
        assertEquals(Duration.ofSeconds(90), span.convert("90s"));
        assertEquals(Duration.ofMinutes(90), span.convert("1h30m"));
        assertEquals(Duration.ofMinutes(90), span.convert("01:30:00"));
        for (String wrong : List.of("", "soon", "-1s", "1:2", "5x")) {
            assertThrows(TypeConversionException.class, () -> span.convert(wrong), wrong);
        }
    }

    @Test
    void settingsOfALauncherHaveTypesAndLists() {
        assertEquals(
                Map.of("asRoot", true, "saveSeconds", 60L, "queue", "debug", "arguments", List.of("-a", "b=c")),
                LauncherSettings.parse(
                        List.of("asRoot=true", "saveSeconds=60", "queue=debug", "arguments=-a", "arguments=b=c")));
        assertThrows(BorealisException.class, () -> LauncherSettings.parse(List.of("queue")));
    }

    @Test
    void onlyWhatMayHelpIsTriedAgain() {
        var nobody = java.util.OptionalInt.empty();
        assertTrue(Outcome.failed(nobody, 137).mayBeTriedAgain());
        assertTrue(Outcome.failed(nobody, 1).mayBeTriedAgain());
        assertTrue(Outcome.timedOut("").mayBeTriedAgain());
        assertTrue(!Outcome.failed(nobody, 2).mayBeTriedAgain());
        assertTrue(!Outcome.interrupted().mayBeTriedAgain());
        assertTrue(!Outcome.done().mayBeTriedAgain());
    }

    @Test
    void aNewBeginningIsOnlyMadeOnce() {
        var options = new LaunchOptions();
        options.recipe = "tiny";
        options.overrides.add("steps=1");
        options.more.add("--fresh");
        assertEquals(List.of("train", "tiny", "--set", "steps=1", "--fresh"), options.trainWords(false));
        assertEquals(List.of("train", "tiny", "--set", "steps=1"), options.trainWords(true));
    }

    @Test
    void listsOfCoresAreRead() {
        assertEquals(List.of(0, 1, 2, 8), Machine.parse("0-2,8"));
    }
}
