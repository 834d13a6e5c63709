package org.borealis.optimizer.adam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class AdamTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Adam(Settings.of(Adam.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("torch.optim.Adam");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of()));
    }

    @Test
    void betasAreTwoNumbersBelowOne() {
        for (var betas : List.of(new double[] {0.9}, new double[] {0.9, 1})) {
            assertThrows(BorealisException.class, () -> optimizer(Map.of("betas", betas)));
        }
    }

    @Test
    void negativeSettingsAreRefusedByName() {
        for (var setting : List.of("rate", "clip", "weightDecay", "epsilon")) {
            var refusal = assertThrows(BorealisException.class, () -> optimizer(Map.of(setting, -1)));
            assertEquals("adam: " + setting + " has to be at least 0; got -1.0", refusal.getMessage());
        }
    }
}
