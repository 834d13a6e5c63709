package org.borealis.optimizer.layerwise;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class LambTest extends OptimizerConformance {
    private static final String PLAIN = "LAMB (pytorch-lamb)";

    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Lamb(Settings.of(Lamb.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return Stream.of(PLAIN, "LAMB (pytorch_optimizer)")
                .flatMap(name -> OptimizerTrajectory.of(name).stream())
                .toList();
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        if (trajectory.json().path("optimizer").asText().equals(PLAIN)) {
            return optimizer(trajectory.settings(Map.of("weightDecay", 0)));
        }
        return optimizer(trajectory.settings(
                Map.of("trustEpsilon", 1e-6, "rateCorrection", true, "decoupled", true),
                Map.of("max_grad_norm", "gradientNorm", "weight_decouple", "decoupled")));
    }
}
