package org.borealis.optimizer.sgd;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class SgdTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Sgd(Settings.of(Sgd.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.05, "momentum", 0.5, "dampening", 0.1));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("torch.optim.SGD");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        return optimizer(trajectory.settings(Map.of()));
    }

    @Test
    void nesterovNeedsMomentumAndNoDampening() {
        assertThrows(BorealisException.class, () -> optimizer(Map.of("nesterov", true)));
        assertThrows(
                BorealisException.class, () -> optimizer(Map.of("nesterov", true, "momentum", 0.9, "dampening", 0.1)));
    }
}
