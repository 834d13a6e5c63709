package org.borealis.optimizer.adaptive;

import java.util.ArrayList;
import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;
import org.borealis.train.UpdateRule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Adafactor whose steps are shorter where they differ from the average step (Luo et al. 2023). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.came",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=came")
@Designate(ocd = Came.Config.class, factory = true)
public final class Came extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "CAME",
            description =
                    "Adafactor whose steps are shorter where they differ from the average step (Luo et al. 2023).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 2e-4;

        @AttributeDefinition(
                description =
                        "How much of the direction, of the squares and of the instability is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999, 0.9999};

        @AttributeDefinition(description = "Greatest root mean square of a step, before momentum", min = "0")
        double clipThreshold() default 1.0;

        @AttributeDefinition(
                description = "Added to each squared gradient, and to each squared difference from the average step",
                min = "0")
        double[] epsilon() default {1e-30, 1e-16};

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0.01;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private static final SquareAverage SQUARES = new SquareAverage("squares");
    private static final SquareAverage INSTABILITY = new SquareAverage("instability");

    private final double[] betas;
    private final double[] epsilon;
    private final double clipThreshold;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Came(Config config) {
        super("came", config.rate(), config.clip(), config.weightDecay());
        betas = betas(3, config.betas());
        epsilon = config.epsilon().clone();
        require(epsilon.length == 2, "epsilon has to be 2 numbers; got " + epsilon.length);
        clipThreshold = config.clipThreshold();
        require(clipThreshold > 0, "clipThreshold has to be above 0; got " + clipThreshold);
    }

    /** Steps are clipped by their mean. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return false;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var shape = parameter.shape();
        var state = new ArrayList<>(List.of(zeros("direction", parameter, type)));
        state.addAll(SQUARES.state(shape, type));
        if (SquareAverage.isFactored(shape)) {
            state.addAll(INSTABILITY.state(shape, type));
        }
        return state;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        boolean isFactored = SquareAverage.isFactored(value.shape());
        var squares = SquareAverage.next(
                state.subList(1, isFactored ? 3 : 2),
                gradient.times(gradient).plus(epsilon[0]),
                (before, next) -> average(before, next, betas[1]));
        var normal = SquareAverage.clipped(SquareAverage.normal(gradient, squares), clipThreshold);
        var direction = average(state.get(0), normal, betas[0]);
        var next = new ArrayList<>(List.of(direction));
        next.addAll(squares);
        var change = direction;
        if (isFactored) {
            var difference = normal.minus(direction);
            var instability = SquareAverage.next(
                    state.subList(3, 5),
                    difference.times(difference).plus(epsilon[1]),
                    (before, now) -> average(before, now, betas[2]));
            next.addAll(instability);
            change = SquareAverage.normal(direction, instability);
        }
        return new Update(decayed(parameter, value, step).minus(scaled(change, step.rate())), next);
    }
}
