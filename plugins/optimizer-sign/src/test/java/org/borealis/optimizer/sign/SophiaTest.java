package org.borealis.optimizer.sign;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class SophiaTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Sophia(Settings.of(Sophia.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.02));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Sophia-G");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var hyper = trajectory.settings().path("args");
        return optimizer(Map.of(
                "rate", hyper.path("lr").asDouble(),
                "betas", Goldens.numbers(hyper.path("betas")),
                "rho", hyper.path("rho").asDouble(),
                "weightDecay", hyper.path("weight_decay").asDouble(),
                "curvatureEvery", trajectory.settings().path("hessian_interval").asLong()));
    }
}
