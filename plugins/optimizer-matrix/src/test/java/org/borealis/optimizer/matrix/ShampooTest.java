package org.borealis.optimizer.matrix;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class ShampooTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Shampoo(Settings.of(Shampoo.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.1, "every", 2, "epsilon", 0.01, "momentum", 0.1));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Shampoo (plain, pytorch_optimizer)");
    }

    @Override
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return false; // by a setting of its own
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var hyper = trajectory.settings();
        var settings = new HashMap<String, Object>();
        settings.put("decaysVectors", true);
        settings.put("rate", hyper.path("lr").asDouble());
        settings.put("momentum", hyper.path("momentum").asDouble(0));
        settings.put("weightDecay", hyper.path("weight_decay").asDouble(0));
        settings.put("epsilon", hyper.path("matrix_eps").asDouble());
        settings.put("every", hyper.path("preconditioning_compute_steps").asInt());
        return optimizer(settings);
    }

    @Test
    void everyIsAtLeastOne() {
        assertThrows(BorealisException.class, () -> optimizer(Map.of("every", 0)));
    }
}
