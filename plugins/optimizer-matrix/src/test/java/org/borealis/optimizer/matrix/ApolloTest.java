package org.borealis.optimizer.matrix;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class ApolloTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Apollo(Settings.of(Apollo.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.05, "rank", 2, "every", 3));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("APOLLO AdamW (svd projector)");
    }

    @Override
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return false; // by a setting of its own
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var args = trajectory.settings().path("args");
        var apollo = trajectory.settings().path("apollo");
        var settings = new HashMap<String, Object>();
        settings.put("rate", args.path("lr").asDouble());
        settings.put("betas", Goldens.numbers(args.path("betas")));
        settings.put("epsilon", args.path("eps").asDouble());
        settings.put("weightDecay", args.path("weight_decay").asDouble());
        settings.put("decaysVectors", true);
        settings.put("scalesFirst", args.path("scale_front").asBoolean(false));
        settings.put("rank", apollo.path("rank").asInt());
        settings.put("every", apollo.path("update_proj_gap").asInt());
        settings.put("scale", apollo.path("scale").asDouble());
        settings.put("scaled", apollo.path("scale_type").asText());
        settings.put("exclude", new String[] {"E"});
        return optimizer(settings);
    }
}
