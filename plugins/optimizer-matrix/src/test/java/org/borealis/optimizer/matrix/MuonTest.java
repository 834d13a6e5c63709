package org.borealis.optimizer.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class MuonTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Muon(Settings.of(Muon.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.05));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return Stream.of(
                        "Muon (KellerJordan)",
                        "Muon (KellerJordan), Newton-Schulz in bfloat16",
                        "Muon (argonne-lcf Megatron-DeepSpeed)",
                        "Muon (argonne), NS in bfloat16")
                .flatMap(name -> OptimizerTrajectory.of(name).stream())
                .toList();
    }

    @Override
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return false; // by a setting of its own
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var hyper = trajectory.settings();
        var settings = new HashMap<String, Object>();
        settings.put("precision", hyper.path("ns_dtype").asText().equals("bfloat16") ? "bfloat16" : "parameter");
        settings.put("decaysVectors", true);
        if (hyper.has("muon")) {
            settings.put("rate", hyper.at("/muon/lr").asDouble());
            settings.put("momentum", hyper.at("/muon/momentum").asDouble());
            settings.put("weightDecay", hyper.at("/muon/weight_decay").asDouble());
            settings.put("exclude", new String[] {"E"});
            settings.put("adam.rate", hyper.at("/adam/lr").asDouble());
            settings.put("adam.betas", Goldens.numbers(hyper.at("/adam/betas")));
            settings.put("adam.epsilon", hyper.at("/adam/eps").asDouble());
            settings.put("adam.weightDecay", hyper.at("/adam/weight_decay").asDouble());
        } else {
            settings.put("average", false);
            settings.put("scale", hyper.path("lr_adjust").asText().startsWith("0.2") ? "adam" : "spectral");
            settings.put("rate", hyper.at("/args/lr").asDouble());
            settings.put("momentum", hyper.at("/args/momentum").asDouble());
            settings.put("nesterov", hyper.at("/args/nesterov").asBoolean());
            settings.put("iterations", hyper.at("/args/ns_steps").asInt());
            settings.put("weightDecay", hyper.at("/args/wd").asDouble());
            settings.put("tables", true);
            settings.put("adam.rate", hyper.at("/args/lr").asDouble());
            settings.put("adam.betas", Goldens.numbers(hyper.at("/args/adamw_betas")));
            settings.put("adam.epsilon", hyper.at("/args/adamw_eps").asDouble());
            settings.put("adam.correctsFirst", false);
            settings.put("adam.weightDecay", hyper.at("/args/wd").asDouble());
        }
        return optimizer(settings);
    }

    @Test
    void allRecordedTrajectoriesAreHere() {
        assertTrue(trajectories().size() >= 6);
    }

    @Test
    void vectorsTablesAndWhatIsExcludedGetAdam() {
        var muon = optimizer(Map.of("exclude", new String[] {"*.router.*"}));
        var table = Parameter.normal("embedding.weight", 1, 5, 3).of(LogicalDim.VOCABULARY, LogicalDim.HIDDEN);
        assertFalse(muon.isElementwise(Parameter.normal("layers.0.up.weight", 1, 5, 3)));
        assertFalse(muon.isElementwise(Parameter.normal("layers.0.experts.up", 1, 2, 5, 3)));
        assertTrue(muon.isElementwise(Parameter.normal("layers.0.router.weight", 1, 5, 3)));
        assertTrue(muon.isElementwise(Parameter.fill("layers.0.norm.weight", 1, 5)));
        assertTrue(muon.isElementwise(table));
        assertFalse(optimizer(Map.of("tables", true)).isElementwise(table));
    }

    @Test
    void coefficientsAreThreeAndBetasTwoNumbersBelowOne() {
        var three = assertThrows(BorealisException.class, () -> optimizer(Map.of("coefficients", new double[] {1, 2})));
        assertEquals(
                "muon: coefficients have to be three numbers, such as [3.4445, -4.7750, 2.0315]; got 2",
                three.getMessage());
        for (var betas : List.of(new double[] {0.9}, new double[] {0.9, 1})) {
            assertThrows(BorealisException.class, () -> optimizer(Map.of("adam.betas", betas)));
        }
    }
}
