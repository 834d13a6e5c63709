package org.borealis.optimizer.free;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class ScheduleFreeSgdTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new ScheduleFreeSgd(Settings.of(ScheduleFreeSgd.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.1));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Schedule-Free SGD");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of(), Map.of("r", "numberPower", "weight_lr_power", "ratePower")));
    }
}
