package org.borealis.optimizer.adam;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.borealis.model.Parameter;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.OptimizerTrajectory;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class AdamMiniTest extends OptimizerConformance {
    private static Optimizer optimizer(Map<String, ?> settings) {
        return new AdamMini(Settings.of(AdamMini.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", 0.01));
    }

    @Override
    protected List<OptimizerTrajectory> trajectories() {
        return OptimizerTrajectory.of("Adam-mini");
    }

    @Override
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        var settings = trajectory.settings(Map.of());
        int heads = ((Number) settings.remove("nHeads")).intValue();
        settings.put("headSize", ((Number) settings.remove("dim")).intValue() / heads);
        return optimizer(settings);
    }

    @Override
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return false;
    }

    @Test
    void headsRowsAndNormsHaveOneSecondMomentEach() {
        var heads = LogicalDim.HEADS.of(2);
        assertEquals(
                Shape.of(4, 1),
                moment2(Parameter.normal("query.weight", 1, 8, 3).of(heads, LogicalDim.HIDDEN)));
        assertEquals(
                Shape.of(8, 1),
                moment2(Parameter.normal("value.weight", 1, 8, 3).of(heads, LogicalDim.HIDDEN)));
        assertEquals(Shape.of(8, 1), moment2(Parameter.normal("output.weight", 1, 8, 3)));
        assertEquals(Shape.of(1, 1), moment2(Parameter.fill("norm.weight", 1, 8)));
        assertEquals(Shape.of(8), moment2(Parameter.fill("up.bias", 0, 8)));
    }

    private Shape moment2(Parameter parameter) {
        return optimizer().state(parameter, DataType.FLOAT32).get(1).type().shape();
    }
}
