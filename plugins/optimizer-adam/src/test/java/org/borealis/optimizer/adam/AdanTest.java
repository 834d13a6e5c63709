package org.borealis.optimizer.adam;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class AdanTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Adan(Settings.of(Adan.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01, "gradientNorm", 1.0));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Adan");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(
                Map.of("weightDecay", 0), Map.of("no_prox", "decayFirst", "max_grad_norm", "gradientNorm")));
    }
}
