package org.borealis.optimizer.adaptive;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class AdagradTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Adagrad(Settings.of(Adagrad.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.1));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("torch.optim.Adagrad");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(
                Map.of(), Map.of("lr_decay", "rateDecay", "initial_accumulator_value", "initialSum")));
    }
}
