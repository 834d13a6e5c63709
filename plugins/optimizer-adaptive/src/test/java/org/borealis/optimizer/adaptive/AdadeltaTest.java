package org.borealis.optimizer.adaptive;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class AdadeltaTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Adadelta(Settings.of(Adadelta.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 1, "epsilon", 1e-4));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("torch.optim.Adadelta");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of()));
    }
}
