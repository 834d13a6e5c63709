package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.checkpoints.DiskCheckpoints;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.Renamed;
import org.borealis.trainer.fakes.TinyModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plug-ins that change while a run goes on: after step 7 of 20, unless a test says otherwise. */
class SwapTest {
    private static final int ASKING = 8; // before the eighth step
    private static final String OLD = "fake 1.0";
    private static final String NEW = "fake 1.1";

    @TempDir
    static Path whole;

    @TempDir
    Path runs;

    private static List<Double> unchanged = List.of();
    private Workshop workshop;

    @BeforeAll
    static void trainUnchanged() {
        var workshop = new Workshop(whole);
        workshop.train(Map.of("name", "whole"));
        unchanged = workshop.losses("whole");
    }

    @BeforeEach
    void open() {
        workshop = new Workshop(runs);
    }

    private static Momentum old() {
        return new Momentum(0.5, 1);
    }

    private static Momentum changed() {
        return new Momentum(0.25, 1);
    }

    private void addAfterSeven(Contract<?> contract, Function<Section, Object> maker) {
        workshop.interruption.atAsking(ASKING, () -> workshop.plugins.add(contract, NEW, maker));
    }

    private void replaceAfterSeven(Function<Section, Object> maker) {
        workshop.interruption.atAsking(ASKING, () -> workshop.plugins.replace(Contract.OPTIMIZER, NEW, maker));
    }

    /** Seven steps with the one, and the others with the other, in two commands. */
    private List<Double> lossesByHand() {
        workshop.plugins.install(Contract.OPTIMIZER, section -> old());
        workshop.interruption.afterAsking(ASKING);
        assertEquals(Run.INTERRUPTED, workshop.train(Map.of("name", "byHand")));
        workshop.plugins.replace(Contract.OPTIMIZER, NEW, section -> changed());
        assertEquals(0, workshop.train(Map.of("name", "byHand")));
        return workshop.losses("byHand");
    }

    private Lineage lineage(String run) {
        try (var checkpoint = new DiskCheckpoints().open(runs.resolve(run))) {
            return Lineage.of(checkpoint.metadata());
        }
    }

    private void assertSwapped(String run) {
        assertEquals(
                List.of(
                        "{\"event\":\"swap\",\"step\":7,\"section\":\"optimizer\",\"from\":\"fake 1.0\",\"to\":\"fake 1.1\"}"),
                workshop.events(run, "swap"));
        var entries = lineage(run).entries();
        assertEquals(List.of(0L, 7L), entries.stream().map(Lineage.Entry::step).toList());
        assertEquals(OLD, entries.getFirst().plugins().get("optimizer"));
        assertEquals(NEW, entries.getLast().plugins().get("optimizer"));
        assertEquals(OLD, entries.getLast().plugins().get("model"));
    }

    @Test
    void aNewerVersionBesideTheOldOneIsTakenOverWithItsStateAndStandsInTheLineage() {
        addAfterSeven(Contract.OPTIMIZER, section -> changed());
        assertEquals(0, workshop.train(Map.of("name", "hot")));
        assertTrue(
                workshop.output().contains("optimizer 'fake' of fake 1.1 is installed; the run goes over to it"),
                workshop.output());
        assertTrue(
                workshop.output().contains("optimizer: fake 1.0 is replaced by fake 1.1 after step 7"),
                workshop.output());
        assertSwapped("hot");
        assertEquals(Workshop.STEPS, workshop.losses("hot").size());
        assertEquals(lossesByHand(), workshop.losses("hot"));
        assertSwapped("byHand");
    }

    @Test
    void anUpdateInPlaceIsTakenOver() {
        replaceAfterSeven(section -> changed());
        assertEquals(0, workshop.train(Map.of("name", "hot")));
        assertTrue(workshop.output().contains("optimizer 'fake' was taken away"), workshop.output());
        assertSwapped("hot");
        assertEquals(lossesByHand(), workshop.losses("hot"));
    }

    @Test
    void aChangeBeforeTheFirstStepIsTakenOver() {
        workshop.interruption.atAsking(1, () -> workshop.plugins.add(Contract.OPTIMIZER, NEW, section -> changed()));
        assertEquals(0, workshop.train(Map.of("name", "hot")));
        assertEquals(1, lineage("hot").entries().size());
        assertEquals(NEW, lineage("hot").latest().get("optimizer"));
    }

    @Test
    void aModelAScheduleAndATokenizerAreTakenOverToo() {
        workshop.interruption.atAsking(ASKING, () -> {
            workshop.plugins.add(Contract.MODEL, NEW, section -> new TinyModel(number(section, "vocabulary"), 8));
            workshop.plugins.add(
                    Contract.TOKENIZER, NEW, section -> new org.borealis.trainer.fakes.LetterTokenizer(new byte[] {1}));
            workshop.plugins.add(Contract.SCHEDULE, NEW, section ->
                    (org.borealis.train.RateSchedule) position -> 1 - 0.5 * position.step() / position.steps());
        });
        assertEquals(0, workshop.train(Map.of("name", "hot")));
        assertEquals(
                List.of("tokenizer", "model", "schedule"),
                lineage("hot").swaps(7).stream().map(Lineage.Swap::place).toList());
        assertEquals(unchanged, workshop.losses("hot"));
    }

    private static int number(Section section, String key) {
        return section.settings().get(key) instanceof Number number ? number.intValue() : 0;
    }

    /** The run has to make the losses that it would have made, and to say why once. */
    private void assertRefused(String why) {
        assertEquals(0, workshop.train(Map.of("name", "hot")), workshop.output());
        var warnings = workshop.events("hot", "warning");
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.getFirst().contains(why), warnings.getFirst());
        assertTrue(warnings.getFirst().contains("The run goes on with fake 1.0"), warnings.getFirst());
        assertEquals(List.of(), workshop.events("hot", "swap"));
        assertEquals(unchanged, workshop.losses("hot"));
        assertEquals(1, lineage("hot").entries().size());
    }

    @Test
    void aVersionThatRemembersOtherThingsIsRefusedAndTheRunGoesOnWithTheOldOne() {
        addAfterSeven(Contract.OPTIMIZER, section -> new Renamed(changed(), "speed"));
        assertRefused(
                "optimizer 'fake' of fake 1.1 is refused after step 7: optimizer/tokens.weight/velocity is f32[128, 16]"
                        + " in the state of the run and would be forgotten, the first of 16 differences");
    }

    @Test
    void aVersionThatCannotBeMadeIsRefused() {
        addAfterSeven(Contract.OPTIMIZER, section -> {
            throw new IllegalStateException("not today");
        });
        assertRefused("it fails: java.lang.IllegalStateException: not today");
    }

    @Test
    void aVersionThatFailsWhenItIsTracedIsRefused() {
        addAfterSeven(Contract.OPTIMIZER, section -> new org.borealis.trainer.fakes.Failing(old()));
        assertRefused("it fails: java.lang.IllegalStateException: no update today");
    }

    @Test
    void anotherModelIsRefused() {
        addAfterSeven(Contract.MODEL, section -> new TinyModel(number(section, "vocabulary"), 9));
        assertRefused("model 'fake' of fake 1.1 is refused after step 7: the length of sequences is 8 in the state of"
                + " the run, and is wanted as 9");
    }

    @Test
    void aBackendStaysUntilTheNextStart() {
        addAfterSeven(Contract.BACKEND, section -> new ReferenceBackend());
        assertRefused("the state of a run stays on the device that it is on; the next start takes it");
    }

    @Test
    void aRunThatRefusedAVersionGoesOnWithoutItAfterARestart() {
        workshop.interruption.afterAsking(ASKING);
        workshop.train(Map.of("name", "hot"));
        workshop.plugins.add(Contract.OPTIMIZER, NEW, section -> new Renamed(changed(), "speed"));
        assertRefused("is refused after step 7");
    }

    @Test
    void anUpdateInPlaceThatRemembersOtherThingsEndsTheRunWithAllSaved() {
        replaceAfterSeven(section -> new Renamed(changed(), "speed"));
        var ended = assertThrows(BorealisException.class, () -> workshop.train(Map.of("name", "hot")));
        assertEquals("plugin-changed", ended.code());
        assertTrue(
                ended.getMessage().startsWith("run 'hot' can't go on from step 7 with optimizer: fake 1.1: optimizer/"),
                ended.getMessage());
        assertTrue(
                ended.getMessage()
                        .endsWith("All that was done is saved. Put back what made it (optimizer: fake 1.0), and go on:"
                                + " borealis train mine --resume"),
                ended.getMessage());
        workshop.plugins.install(Contract.OPTIMIZER, section -> old());
        assertEquals(0, workshop.train(Map.of("name", "hot"), true));
        assertEquals(unchanged, workshop.losses("hot"));
    }

    @Test
    void anUpdateInPlaceThatCannotBeMadeEndsTheRunWithAllSaved() {
        replaceAfterSeven(section -> {
            throw new BorealisException("plugin-failed", "optimizer 'fake' of fake 1.1 could not be made");
        });
        var ended = assertThrows(BorealisException.class, () -> workshop.train(Map.of("name", "hot")));
        assertTrue(
                ended.getMessage()
                        .contains("could not be made\nAll that was done is saved. Put back what made it"
                                + " (optimizer: fake 1.0), and go on:"),
                ended.getMessage());
        assertTrue(Files.exists(runs.resolve("hot/checkpoints/step-000007")));
    }

    @Test
    void theLineageOfASwappedRunIsReplayed() {
        addAfterSeven(Contract.OPTIMIZER, section -> changed());
        workshop.train(Map.of("name", "hot"));
        assertEquals(0, workshop.replay("hot", Map.of("name", "again")), workshop.output());
        assertTrue(workshop.output().contains("20 steps replayed: the losses are those of"), workshop.output());
        assertSwapped("again");
        assertEquals(workshop.losses("hot"), workshop.losses("again"));

        var recipe =
                assertThrows(BorealisException.class, () -> workshop.replay("hot", Map.of("name", "other", "seed", 5)));
        assertTrue(recipe.getMessage().contains("what differs: seed (1234, now 5)"), recipe.getMessage());

        workshop.plugins.replace(Contract.OPTIMIZER, OLD, section -> old());
        var missing = assertThrows(BorealisException.class, () -> workshop.replay("hot", Map.of("name", "lost")));
        assertTrue(missing.getMessage().contains("fake 1.1 is not installed"), missing.getMessage());
        workshop.plugins.add(Contract.OPTIMIZER, NEW, section -> old());
        var differs = assertThrows(BorealisException.class, () -> workshop.replay("hot", Map.of("name", "lost")));
        assertEquals("replay-differs", differs.code());
        assertTrue(differs.getMessage().startsWith("step 9 has loss "), differs.getMessage());
    }

    @Test
    void aRunThatWasInterruptedIsReplayedUpToItsNewestCheckpoint() {
        workshop.interruption.afterAsking(ASKING);
        workshop.train(Map.of("name", "part"));
        assertEquals(0, workshop.replay("part", Map.of("name", "again")));
        assertTrue(workshop.output().contains("7 steps replayed: the losses are those of"), workshop.output());
        assertEquals(7, workshop.losses("again").size());
        assertFalse(workshop.output().contains("interrupted"), workshop.output());
        assertNotEquals(0, workshop.events("again", "step").size());
    }
}
