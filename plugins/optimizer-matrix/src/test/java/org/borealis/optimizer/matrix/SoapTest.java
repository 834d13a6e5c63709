package org.borealis.optimizer.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class SoapTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new Soap(Settings.of(Soap.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.05, "every", 3));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return Stream.of("SOAP", "SOAP one-sided")
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
        settings.put("decaysVectors", true);
        settings.put("rate", hyper.path("lr").asDouble());
        settings.put("betas", hyper.has("betas") ? Goldens.numbers(hyper.path("betas")) : new double[] {0.95, 0.95});
        settings.put("statisticsBeta", hyper.path("shampoo_beta").asDouble(-1));
        settings.put("epsilon", hyper.path("eps").asDouble(1e-8));
        settings.put("weightDecay", hyper.path("weight_decay").asDouble(0.01));
        settings.put("every", hyper.path("precondition_frequency").asInt(10));
        settings.put("maxDim", hyper.path("max_precond_dim").asInt(10_000));
        settings.put("vectors", hyper.path("precondition_1d").asBoolean(false));
        settings.put("normalises", hyper.path("normalize_grads").asBoolean(false));
        settings.put("correctsBias", hyper.path("correct_bias").asBoolean(true));
        return optimizer(settings);
    }

    @Test
    void theFirstUpdateGathersAndEveryFewRefresh() {
        var soap = optimizer();
        assertEquals(
                List.of("first", "common", "common", "refresh", "common"),
                LongStream.rangeClosed(1, 5).mapToObj(soap::kind).toList());
    }

    @Test
    void dimsThatAreTooLargeHaveNoEigenbasis() {
        var soap = optimizer(Map.of("maxDim", 4));
        assertFalse(soap.isElementwise(Parameter.normal("narrow", 1, 5, 4)));
        assertTrue(soap.isElementwise(Parameter.normal("wide", 1, 5, 5)));
        assertTrue(soap.isElementwise(Parameter.fill("vector", 1, 3)));
        assertFalse(optimizer(Map.of("vectors", true)).isElementwise(Parameter.fill("vector", 1, 3)));
    }
}
