package org.borealis.optimizer.free;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class ScheduleFreeAdamWTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new ScheduleFreeAdamW(Settings.of(ScheduleFreeAdamW.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.02));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Schedule-Free AdamW");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of(), Map.of("r", "numberPower", "weight_lr_power", "ratePower")));
    }
}
