package org.borealis.optimizer.sign;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class CautiousLionTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new CautiousLion(Settings.of(CautiousLion.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Cautious Lion");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of("weightDecay", 0)));
    }
}
