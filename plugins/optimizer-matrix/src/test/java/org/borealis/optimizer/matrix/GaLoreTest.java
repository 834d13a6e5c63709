package org.borealis.optimizer.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Tensor;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class GaLoreTest extends OptimizerConformance {
    private static final Map<String, String> SIDES =
            Map.of("std", "smaller", "reverse_std", "larger", "left", "left", "right", "right");

    private static GaLore.Config config(Map<String, ?> settings) {
        return Settings.of(GaLore.Config.class, settings);
    }

    @Override
    protected Optimizer optimizer() {
        return new GaLore(config(Map.of("rate", 0.05, "rank", 2, "every", 3, "scale", 1)));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("GaLore AdamW");
    }

    @Override
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return false; // by a setting of its own
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var args = trajectory.settings().path("args");
        var galore = trajectory.settings().path("galore");
        var settings = new HashMap<String, Object>();
        settings.put("rate", args.path("lr").asDouble());
        settings.put("betas", Goldens.numbers(args.path("betas")));
        settings.put("epsilon", args.path("eps").asDouble());
        settings.put("weightDecay", args.path("weight_decay").asDouble());
        settings.put("decaysVectors", true);
        settings.put("rank", galore.path("rank").asInt());
        settings.put("every", galore.path("update_proj_gap").asInt());
        settings.put("scale", galore.path("scale").asDouble());
        settings.put("side", SIDES.get(galore.path("proj_type").asText()));
        settings.put("exclude", new String[] {"E"});
        var recorded = trajectory.json().at("/f64_final/projection_matrices");
        return new GaLore(config(settings), (parameter, basis, step) -> as(recorded, parameter, basis, step));
    }

    /** Of two opposite vectors, the one that the original program chose. */
    private static Tensor as(JsonNode recorded, Parameter parameter, Tensor basis, Optimizer.Step step) {
        var chosen = basis.fill(0);
        for (var refresh : recorded.path(parameter.name())) {
            var matrix = basis.constant(basis.type(), Goldens.numbers(refresh.path("matrix")));
            var isNow = step.number()
                    .equalTo(step.number().scalar(refresh.path("step").asInt()));
            chosen = isNow.select(matrix, chosen);
        }
        return LowRank.aligned(basis, chosen, basis.dim(0) < basis.dim(1) ? 1 : 0);
    }

    @Test
    void directionsChangeEveryFewUpdates() {
        var galore = optimizer();
        assertEquals(
                List.of("refresh", "common", "common", "refresh"),
                List.of(galore.kind(1), galore.kind(2), galore.kind(3), galore.kind(4)));
    }

    @Test
    void rankAndEveryAreAtLeastOne() {
        for (var wrong : List.of(Map.of("rank", 0), Map.of("every", 0))) {
            assertThrows(BorealisException.class, () -> new GaLore(config(wrong)));
        }
    }
}
