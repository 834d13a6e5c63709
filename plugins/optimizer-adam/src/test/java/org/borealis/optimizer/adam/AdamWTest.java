package org.borealis.optimizer.adam;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class AdamWTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new AdamW(Settings.of(AdamW.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("torch.optim.AdamW");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of("betas", new double[] {0.9, 0.999}, "weightDecay", 0.01)));
    }

    @Test
    void betasAreTwoNumbersBelowOne() {
        for (var betas : List.of(new double[] {0.9}, new double[] {0.9, 1})) {
            assertThrows(BorealisException.class, () -> optimizer(Map.of("betas", betas)));
        }
    }
}
