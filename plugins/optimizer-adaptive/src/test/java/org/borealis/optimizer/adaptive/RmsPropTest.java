package org.borealis.optimizer.adaptive;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class RmsPropTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new RmsProp(Settings.of(RmsProp.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01, "momentum", 0.5, "centered", true));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("torch.optim.RMSprop");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of()));
    }
}
