package org.borealis.optimizer.free;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class ProdigyTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Prodigy(Settings.of(Prodigy.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("d0", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Prodigy");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(
                Map.of(),
                Map.of(
                        "decouple",
                        "decoupled",
                        "use_bias_correction",
                        "biasCorrection",
                        "d_coef",
                        "coefficient",
                        "slice_p",
                        "slice")));
    }
}
