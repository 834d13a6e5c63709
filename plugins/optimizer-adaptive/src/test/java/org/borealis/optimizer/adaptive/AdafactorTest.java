package org.borealis.optimizer.adaptive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class AdafactorTest extends OptimizerConformance {
    private static final String TRANSFORMERS = "Adafactor (transformers)";
    private static final String FAIRSEQ = "Adafactor (fairseq)";

    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Adafactor(Settings.of(Adafactor.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.02, "beta1", 0.5));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return Stream.of(TRANSFORMERS, FAIRSEQ)
                .flatMap(program -> OptimizerTrajectory.of(program).stream())
                .toList();
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var settings = trajectory.settings(Map.of("rate", 1));
        settings.remove("epsilon"); // the default
        if (trajectory.json().path("optimizer").asText().equals(FAIRSEQ)) {
            settings.put("compounding", trajectory.parameters());
        }
        return optimizer(settings);
    }

    @Test
    void compoundingNamesEachParameterOnce() {
        var twice = assertThrows(BorealisException.class, () -> optimizer(Map.of("compounding", List.of("x", "x"))));
        assertEquals("adafactor: compounding names a parameter twice: [x, x]", twice.getMessage());
        var optimizer = optimizer(Map.of("compounding", List.of("x", "y")));
        var missing = assertThrows(
                BorealisException.class,
                () -> optimizer.numbers(
                        optimizer.numbers(), Map.of("factor0", 0.5), new Optimizer.Pace(1, optimizer.rate(), 1)));
        assertEquals("adafactor: compounding names 'y', which is no parameter of this optimizer", missing.getMessage());
    }
}
