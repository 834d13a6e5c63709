package org.borealis.optimizer.layerwise;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class LarsTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Lars(Settings.of(Lars.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.5, "trustCoefficient", 0.02));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("LARS (pytorch_optimizer)");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of()));
    }

    @Override
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return false;
    }
}
