package org.borealis.optimizer.adaptive;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class AdafactorTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Adafactor(Settings.of(Adafactor.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.02, "beta1", 0.5));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Adafactor (transformers)");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var settings = trajectory.settings(Map.of("rate", 1));
        settings.remove("epsilon"); // the default
        return optimizer(settings);
    }
}
