package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.borealis.acceptance.MeshRuns.Layout;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Real processes that make a run together, and get what one process gets. */
@Timeout(240)
class RanksIT {
    /** Relative: float32 sums in another order differ by some 1e-7, which grows a little in each of twenty steps of AdamW. */
    private static final double FLOAT32 = 1e-5;

    private static final Layout DATA_AND_ULYSSES = Layout.of("gpt", "data=2,ulysses=2", zero(2));
    private static final Layout DATA_AND_TENSOR =
            Layout.of("llama", "data=2,tensor=2", "parallel=[data.zero=1, tensor.sequence=true]");
    private static final Layout DATA_AND_PIPELINE =
            Layout.of("llama", "pipeline=2,data=2", "parallel=[pipeline.schedule=zero-bubble]");
    private static final Layout EXPERT = Layout.of("mixture", "expert=2");
    private static final Layout EXACT_DATA = Layout.of("gpt", "data=4", zero(3), "reduction=exact", "backend=onednn");

    @TempDir
    static Path folder;

    private static MeshRuns runs;

    @BeforeAll
    static void makeWorkplace() throws Exception {
        runs = new MeshRuns(new Workplace(folder));
    }

    /** On threads, StrategiesTest, MeshesTest and PipelineStepTest compare every axis, what may be set of it, and every pair. */
    static List<Layout> theRanksOfAMeshGiveTheLossesOfOne() {
        return List.of(DATA_AND_ULYSSES, DATA_AND_TENSOR, DATA_AND_PIPELINE, EXPERT);
    }

    private static String zero(int stage) {
        return "parallel=[data.zero=" + stage + "]";
    }

    @ParameterizedTest
    @MethodSource
    void theRanksOfAMeshGiveTheLossesOfOne(Layout layout) throws Exception {
        runs.trained(layout).assertLossesNear(runs.trained(layout.onOneRank()), FLOAT32);
    }

    static List<Layout> exactSumsGiveTheBitsOfOneRank() {
        return List.of(EXACT_DATA); // LostRanksIT has another
    }

    @ParameterizedTest
    @MethodSource
    void exactSumsGiveTheBitsOfOneRank(Layout layout) throws Exception {
        var run = runs.trained(layout);
        var one = runs.trained(layout.onOneRank());
        assertEquals(one.losses(), run.losses());
        run.assertSameTensors(one, MeshRuns.STEPS);
    }

    static Stream<Arguments> aRunGoesOnOnAnotherMesh() {
        return Stream.of(
                arguments(DATA_AND_ULYSSES, Layout.of("gpt", "tensor=2")),
                arguments(EXACT_DATA, Layout.of("gpt", "data=2", zero(3), "backend=onednn")),
                arguments(DATA_AND_TENSOR, Layout.of("llama", "")),
                arguments(DATA_AND_PIPELINE, Layout.of("llama", "data=2")),
                arguments(EXPERT, Layout.of("mixture", "data=2")));
    }

    @ParameterizedTest
    @MethodSource
    void aRunGoesOnOnAnotherMesh(Layout from, Layout to) throws Exception {
        runs.movedInTheMiddle(from, to).assertLossesNear(runs.trained(from.onOneRank()), FLOAT32);
    }
}
