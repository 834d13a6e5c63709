package org.borealis.optimizer.layerwise;

import java.util.List;
import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class MarsTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Mars(Settings.of(Mars.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("MARS");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var settings = trajectory.settings(Map.of(), Map.of("optimize_1d", "vectors.alike", "lr_1d", "vectors.rate"));
        settings.put("variant", settings.remove("marsType").toString().substring("mars-".length()));
        return optimizer(settings);
    }

    @Override
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return trajectory.settings().path("optimize_1d").asBoolean(); // else by the settings of vectors
    }
}
