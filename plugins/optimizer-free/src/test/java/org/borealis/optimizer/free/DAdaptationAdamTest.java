package org.borealis.optimizer.free;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class DAdaptationAdamTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new DAdaptationAdam(Settings.of(DAdaptationAdam.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("d0", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("D-Adaptation Adam");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(
                Map.of(), Map.of("decouple", "decoupled", "use_bias_correction", "biasCorrection")));
    }
}
