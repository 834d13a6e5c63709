package org.borealis.optimizer.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Shape;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class DistributedShampooTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new DistributedShampoo(Settings.of(DistributedShampoo.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.05, "every", 3, "start", 2, "maxDim", 4, "momentum", 0.1));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Distributed Shampoo");
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
        settings.put("betas", Goldens.numbers(hyper.path("betas")));
        settings.put("epsilon", hyper.path("epsilon").asDouble());
        settings.put("momentum", hyper.path("momentum").asDouble());
        settings.put("nesterov", hyper.path("use_nesterov").asBoolean());
        settings.put("weightDecay", hyper.path("weight_decay").asDouble());
        settings.put("decoupled", hyper.path("use_decoupled_weight_decay").asBoolean());
        settings.put("correctsBias", hyper.path("use_bias_correction").asBoolean());
        settings.put("maxDim", hyper.path("max_preconditioner_dim").asInt());
        settings.put("merges", hyper.path("use_merge_dims").asBoolean());
        settings.put("every", hyper.path("precondition_frequency").asInt());
        settings.put("start", hyper.path("start_preconditioning_step").asInt());
        settings.put("graft", hyper.at("/grafting/type").asText());
        settings.put("graft.beta", hyper.at("/grafting/beta2").asDouble(0.99));
        settings.put("graft.epsilon", hyper.at("/grafting/epsilon").asDouble(1e-8));
        return optimizer(settings);
    }

    @Test
    void theGraftStartsAndEveryFewUpdatesRefresh() {
        var shampoo = optimizer(Map.of("start", 3, "every", 4));
        assertEquals(
                List.of("graft", "graft", "refresh", "refresh", "common", "common", "common", "refresh"),
                LongStream.rangeClosed(1, 8).mapToObj(shampoo::kind).toList());
    }

    @Test
    void smallDimsAreJoinedAndLargeOnesCut() {
        assertEquals(Shape.of(24), Blocks.merged(Shape.of(6, 1, 4), 24));
        assertEquals(Shape.of(6, 4), Blocks.merged(Shape.of(6, 4), 23));
        assertEquals(Shape.of(1), Blocks.merged(Shape.of(1, 1), 23));
        assertEquals(
                List.of(Shape.of(3, 3), Shape.of(3, 1), Shape.of(2, 3), Shape.of(2, 1)),
                new Blocks(Shape.of(5, 4), 3).shapes());
    }

    @Test
    void withoutAGraftThereIsNothingToStartWith() {
        assertThrows(BorealisException.class, () -> optimizer(Map.of("graft", "none", "start", 2)));
    }
}
