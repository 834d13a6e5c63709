package org.borealis.optimizer.adam;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class AdoptTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Adopt(Settings.of(Adopt.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.02));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("ADOPT");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var settings =
                trajectory.settings(Map.of("weightDecay", 0, "decoupled", false), Map.of("decouple", "decoupled"));
        settings.put("limit", !"none".equals(settings.remove("clip")));
        return optimizer(settings);
    }
}
