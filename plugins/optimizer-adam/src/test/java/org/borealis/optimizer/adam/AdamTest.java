package org.borealis.optimizer.adam;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class AdamTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Adam(Settings.of(Adam.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("torch.optim.Adam").stream()
                .filter(trajectory -> !trajectory.settings().path("amsgrad").asBoolean())
                .toList();
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var hyper = trajectory.settings();
        var settings = new HashMap<String, Object>();
        settings.put("rate", hyper.path("lr").asDouble());
        settings.put("betas", hyper.has("betas") ? Goldens.numbers(hyper.path("betas")) : new double[] {0.9, 0.999});
        settings.put("epsilon", hyper.path("eps").asDouble(1e-8));
        settings.put("weightDecay", hyper.path("weight_decay").asDouble(0)); // torch's default
        return optimizer(settings);
    }

    @Test
    void betasAreTwoNumbersBelowOne() {
        for (var betas : List.of(new double[] {0.9}, new double[] {0.9, 1})) {
            assertThrows(BorealisException.class, () -> optimizer(Map.of("betas", betas)));
        }
    }
}
