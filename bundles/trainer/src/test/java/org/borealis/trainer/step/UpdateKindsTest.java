package org.borealis.trainer.step;

import static org.borealis.trainer.fakes.OptimizerTrial.MODEL;
import static org.borealis.trainer.fakes.OptimizerTrial.strategies;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.pipeline.schedules.OneForwardOneBackward;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.Curious;
import org.borealis.trainer.fakes.Muon;
import org.borealis.trainer.fakes.OptimizerTrial;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Pipeline;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** An optimizer that does all that the contract allows. */
final class UpdateKindsTest {
    private static Optimizer curious(long observesEvery) {
        return UpdateKinds.of(new Curious(0.1, observesEvery), MODEL.parameters());
    }

    @Test
    void anOptimizerThatOnlyUpdatesStaysWhatItIs() {
        var muon = new Muon(0.01);
        assertSame(muon, UpdateKinds.of(muon, MODEL.parameters()));
    }

    @TestFactory
    Stream<DynamicTest> ranksDoWhatOneDoes() {
        var trial = new OptimizerTrial(curious(2));
        var wanted = trial.run(Ranks.ALONE);
        return Stream.concat(
                IntStream.rangeClosed(0, 3).mapToObj(zero -> asOne(trial, wanted, "data=2", zero)),
                Stream.of(asOne(trial, wanted, "tensor=2", 0), asOne(trial, wanted, "data=2,tensor=2", 2)));
    }

    private static DynamicTest asOne(OptimizerTrial trial, OptimizerTrial.Results wanted, String mesh, int zero) {
        return dynamicTest(
                mesh + " zero " + zero,
                () -> trial.requireThatOfOneRank(new ThreadRanks(mesh, strategies(zero)), wanted));
    }

    @Test
    void stagesDoWhatOneRankDoes() {
        new OptimizerTrial(curious(0)).requireThatOfOneRank(stages());
    }

    @Test
    void stagesRefuseToObserve() {
        var trial = new OptimizerTrial(curious(2));
        var failure = assertThrows(AssertionError.class, () -> stages().run(trial::run));
        assertTrue(String.valueOf(failure.getMessage()).contains("'pipeline'"), failure::toString);
    }

    private static ThreadRanks stages() {
        return new ThreadRanks("pipeline=2", Map.of(), false, new Pipeline(new OneForwardOneBackward(), 1));
    }

    @Test
    void whatIsOffTheDeviceIsBroughtForEveryKind() {
        var there = new OptimizerTrial(curious(2), new Offload.Host(), 3).run(Ranks.ALONE);
        assertEquals(new OptimizerTrial(curious(2)).run(Ranks.ALONE).numbers(), there.numbers());
    }

    @Test
    void itIsEvaluatedElsewhereAndGoesOnWhereItWas() {
        var numbers = new OptimizerTrial(curious(2)).run(Ranks.ALONE).numbers();
        assertNotEquals(numbers.getLast(), numbers.get(numbers.size() - 2));
        var observed = new OptimizerTrial(curious(0)).run(Ranks.ALONE).numbers();
        assertNotEquals(observed.getLast(), numbers.getLast(), "what was observed made no difference");
    }
}
