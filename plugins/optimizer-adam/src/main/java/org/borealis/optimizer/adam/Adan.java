package org.borealis.optimizer.adam;

import java.util.List;
import java.util.Map;
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

/** Adam with a moving average of the differences between gradients (Xie et al. 2022). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adan",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adan")
@Designate(ocd = Adan.Config.class, factory = true)
public final class Adan extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Adan",
            description = "Adam with a moving average of the differences between gradients (Xie et al. 2022).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-3;

        @AttributeDefinition(
                description =
                        "How much of the averages of gradients, of their differences and of squares is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.98, 0.92, 0.99};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0.02;

        @AttributeDefinition(
                description = "Whether weight decay comes before the step, as in AdamW, instead of after it")
        boolean decayFirst() default false;

        @AttributeDefinition(
                description = "Greatest global norm of the gradient inside the optimizer; 0 means no limit",
                min = "0")
        double gradientNorm() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private static final String SQUARES = "squares";
    private static final String SCALE = "scale";

    private final Config config;
    private final double[] betas;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Adan(Config config) {
        super("adan", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        betas = betas(3, config.betas());
        notNegative("epsilon", config.epsilon());
        notNegative("gradientNorm", config.gradientNorm());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(
                zeros("moment", parameter, type),
                zeros("difference", parameter, type),
                zeros("square", parameter, type),
                zeros("gradient", parameter, type));
    }

    @Override
    public Map<String, Double> numbers() {
        return config.gradientNorm() == 0 ? Map.of() : Map.of(SCALE, 1.0);
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        return config.gradientNorm() == 0
                ? Map.of()
                : Map.of(SQUARES, gradient.times(gradient).sum());
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        if (config.gradientNorm() == 0) {
            return before;
        }
        double norm = Math.sqrt(sums.getOrDefault(SQUARES, 0.0));
        return Map.of(SCALE, Math.min(1, config.gradientNorm() / (norm + config.epsilon())));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = config.gradientNorm() == 0 ? gradient : scaled(gradient, step.get(SCALE));
        var change = isFirst(step).select(taken.fill(0), taken.minus(state.get(3)));
        var ahead = taken.plus(change.times(betas[1]));
        var moment = average(state.get(0), taken, betas[0]);
        var difference = average(state.get(1), change, betas[1]);
        var square = average(state.get(2), ahead.times(ahead), betas[2]);
        var deviation = deviation(square, betas[2], step).plus(config.epsilon());
        var direction = corrected(moment, betas[0], step)
                .plus(corrected(difference, betas[1], step).times(betas[1]))
                .dividedBy(deviation);
        var before = config.decayFirst() ? decayed(parameter, value, step) : value;
        var after = before.minus(scaled(direction, step.rate()));
        return new Update(
                config.decayFirst() ? after : shrunk(parameter, after, step),
                List.of(moment, difference, square, taken));
    }

    /** The proximal step of weight decay. */
    private Tensor shrunk(Parameter parameter, Tensor value, Step step) {
        return decays(parameter)
                ? scaled(
                        value,
                        step.rate()
                                .times(step.decay(config.weightDecay()))
                                .plus(1)
                                .reciprocal())
                : value;
    }
}
