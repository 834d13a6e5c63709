package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.borealis.parallel.data.DataParallel;
import org.borealis.recipe.Contract;
import org.borealis.testkit.Settings;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.Renamed;
import org.borealis.trainer.fakes.ThreadRanks;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two ranks, each with plug-ins of its own, as on two hosts. */
class SwapOnRanksTest {
    private static final String NEW = "fake 1.1";
    private static final Map<String, Object> SETTINGS = Map.of("name", "hot", "mesh", "data=2", "steps", 10);

    @TempDir
    Path runs;

    private Workshop first;
    private Workshop second;

    @BeforeEach
    void open() {
        first = new Workshop(runs);
        second = new Workshop(runs);
    }

    private void train() {
        var strategy = new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", 1)));
        var ended = new ThreadRanks("data=2", Map.of("data", strategy))
                .run(ranks -> (ranks.isFirst() ? first : second).train(SETTINGS, ranks));
        assertEquals(List.of(0, 0), ended);
    }

    private static void add(Workshop workshop, String origin) {
        workshop.plugins.add(Contract.OPTIMIZER, origin, section -> new Momentum(0.25, 1));
    }

    private static void addAtAsking(int asking, Workshop workshop, String origin) {
        workshop.interruption.atAsking(asking, () -> add(workshop, origin));
    }

    @Test
    void ranksGoOverTogetherOnceAllHaveTheNewerVersion() {
        addAtAsking(3, first, NEW);
        addAtAsking(6, second, NEW);
        train();
        assertTrue(
                first.output().contains("fake 1.1 is not on all ranks; the run goes over to it once it is"),
                first.output());
        assertTrue(first.output().contains("optimizer: fake 1.0 is replaced by fake 1.1 after step 5"), first.output());
        assertEquals(10, first.losses("hot").size());
    }

    @Test
    void whatOneRankRefusesAllRefuse() {
        addAtAsking(3, first, NEW);
        second.interruption.atAsking(
                3,
                () -> second.plugins.add(
                        Contract.OPTIMIZER, NEW, section -> new Renamed(new Momentum(0.25, 1), "speed")));
        train();
        assertEquals(1, first.events("hot", "warning").size());
        assertEquals(List.of(), first.events("hot", "swap"));
    }

    @Test
    void anUpdateInPlaceThatReachesOneRankFirstIsWaitedForOnTheOther() {
        first.interruption.atAsking(
                3, () -> first.plugins.replace(Contract.OPTIMIZER, NEW, section -> new Momentum(0.25, 1)));
        second.interruption.atAsking(
                3,
                () -> Thread.ofPlatform().daemon().start(() -> {
                    try {
                        Thread.sleep(600);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    second.plugins.replace(Contract.OPTIMIZER, NEW, section -> new Momentum(0.25, 1));
                }));
        train();
        assertTrue(first.output().contains("optimizer: fake 1.0 is replaced by fake 1.1 after step 2"), first.output());
    }

    @Test
    void ranksWithDifferentBuildsAreRefused() {
        add(second, NEW);
        var refused = assertThrows(AssertionError.class, this::train);
        assertTrue(
                refused.getMessage()
                        .contains("rank 0 has optimizer of fake 1.0, and rank 1 has optimizer of fake 1.1; put the same"
                                + " build into the plug-in folders of all ranks"),
                refused.getMessage());
    }
}
