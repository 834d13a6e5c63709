package org.borealis.trainer.step;

import static org.borealis.trainer.fakes.OptimizerTrial.MODEL;
import static org.borealis.trainer.fakes.OptimizerTrial.strategies;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.Curious;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.Muon;
import org.borealis.trainer.fakes.OptimizerTrial;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.GroupedOptimizer.Group;
import org.junit.jupiter.api.Test;

final class GroupedOptimizerTest {
    private static final Optimizer REST = new Curious(0.1, 2);

    private static Optimizer grouped(Group... groups) {
        return GroupedOptimizer.of(REST, List.of(groups), MODEL.parameters());
    }

    private static List<Double> numbers(Optimizer optimizer) {
        return new OptimizerTrial(UpdateKinds.of(optimizer, MODEL.parameters()))
                .run(Ranks.ALONE)
                .numbers();
    }

    @Test
    void withoutGroupsItIsTheOptimizer() {
        assertSame(REST, grouped());
    }

    @Test
    void theFirstGroupWhoseWholePatternFitsHasAParameter() {
        var optimizer = grouped(new Group("layers.0.*", new Muon(0.01)), new Group("*.weight", new Curious(0.2, 0)));
        for (var parameter : MODEL.parameters()) {
            var states = optimizer.state(parameter, DataType.FLOAT32).stream()
                    .map(Optimizer.State::name)
                    .toList();
            boolean isFirst = parameter.name().startsWith("layers.0.");
            assertEquals(isFirst ? List.of("velocity") : List.of("start", "curvature"), states, parameter.name());
        }
    }

    @Test
    void aGroupOfTheSameSettingsChangesNothing() {
        assertEquals(
                numbers(REST).getLast(),
                numbers(grouped(new Group("*.weight", REST))).getLast(),
                1e-6);
    }

    @Test
    void aGroupHasItsOwnRate() {
        var slow = numbers(grouped(new Group("*", new Curious(0.05, 2)))).getLast();
        assertEquals(numbers(new Curious(0.05, 2)).getLast(), slow, 1e-6);
        assertNotEquals(numbers(REST).getLast(), slow);
    }

    @Test
    void ranksDoWhatOneDoes() {
        var optimizer = UpdateKinds.of(
                grouped(
                        new Group("*.bias", new Curious(0.05, 2)),
                        new Group("layers.*.weight", new Muon(0.01)),
                        new Group("position.*", new Momentum(0.02, 0))),
                MODEL.parameters());
        assertFalse(MODEL.parameters().stream().allMatch(optimizer::isElementwise));
        new OptimizerTrial(optimizer).requireThatOfOneRank(new ThreadRanks("data=2", strategies(2)));
    }

    @Test
    void aPatternThatFitsNothingIsRefused() {
        refuses("'*.wieght' fits no parameter", new Group("*.wieght", REST));
        refuses("only parameters that an earlier group has", new Group("*", REST), new Group("*.weight", REST));
    }

    private static void refuses(String words, Group... groups) {
        var refusal = assertThrows(BorealisException.class, () -> grouped(groups));
        assertTrue(String.valueOf(refusal.getMessage()).contains(words), refusal::toString);
    }

    @Test
    void observationsAtDifferentTimesAreRefused() {
        refuses("observe every", new Group("*.bias", new Curious(0.1, 3)));
    }

    @Test
    void aRestWithoutARateIsRefused() {
        var groups = List.of(new Group("*.bias", REST));
        assertThrows(BorealisException.class, () -> GroupedOptimizer.of(new Curious(0, 0), groups, MODEL.parameters()));
    }
}
