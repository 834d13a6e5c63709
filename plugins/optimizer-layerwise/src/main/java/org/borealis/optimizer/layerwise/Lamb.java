package org.borealis.optimizer.layerwise;

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

/** Adam with steps whose length follows the norm of each parameter (You et al. 2020). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.lamb",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=lamb")
@Designate(ocd = Lamb.Config.class, factory = true)
public final class Lamb extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "LAMB",
            description = "Adam with steps whose length follows the norm of each parameter (You et al. 2020).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-3;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-6;

        @AttributeDefinition(
                description =
                        "Share of a matrix that is added to its step, or taken off it if decoupled; vectors do not decay",
                min = "0")
        double weightDecay() default 0.01;

        @AttributeDefinition(description = "Whether weight decay is apart from the step that the norm is taken of")
        boolean decoupled() default false;

        @AttributeDefinition(description = "Whether the first moment is an average, and not a sum")
        boolean gradientAveraging() default true;

        @AttributeDefinition(description = "Greatest norm of a parameter that its step follows", min = "0")
        double parameterNorm() default 10;

        @AttributeDefinition(
                description =
                        "Whether the rate is divided by what the first moment lacks to be an average, as pytorch_optimizer does")
        boolean rateCorrection() default false;

        @AttributeDefinition(description = "Added to the norm of a step before it divides", min = "0")
        double trustEpsilon() default 0;

        @AttributeDefinition(
                description =
                        "Whether gradients are divided by min(1, gradientNorm / their global norm) first, as in pytorch_optimizer")
        boolean preNorm() default false;

        @AttributeDefinition(description = "Norm for preNorm", min = "0")
        double gradientNorm() default 1.0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private static final String SQUARES = "squares";
    private static final String SCALE = "scale";

    private final Config config;
    private final double[] betas;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Lamb(Config config) {
        super("lamb", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        betas = betas(2, config.betas());
        notNegative("epsilon", config.epsilon());
        notNegative("trustEpsilon", config.trustEpsilon());
        require(config.parameterNorm() > 0, "parameterNorm has to be above 0; got " + config.parameterNorm());
        require(config.gradientNorm() > 0, "gradientNorm has to be above 0; got " + config.gradientNorm());
    }

    /** A step follows the norm. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return false;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(zeros("moment1", parameter, type), zeros("moment2", parameter, type));
    }

    @Override
    public Map<String, Double> numbers() {
        return config.preNorm() ? Map.of(SCALE, 1.0) : Map.of();
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        return config.preNorm() ? Map.of(SQUARES, gradient.times(gradient).sum()) : Map.of();
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        if (!config.preNorm()) {
            return before;
        }
        double norm = Math.sqrt(sums.getOrDefault(SQUARES, 0.0)) + config.epsilon();
        return Map.of(SCALE, Math.max(1, norm / config.gradientNorm()));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = config.preNorm() ? scaled(gradient, step.get(SCALE)) : gradient;
        var moment1 = state.get(0).times(betas[0]).plus(config.gradientAveraging() ? taken.times(1 - betas[0]) : taken);
        var moment2 = average(state.get(1), taken.times(taken), betas[1]);
        var direction = moment1.dividedBy(moment2.sqrt().plus(config.epsilon()));
        var before = config.decoupled() ? decayed(parameter, value, step) : value;
        direction = config.decoupled() ? direction : withDecay(parameter, direction, value, step);
        var size = norm(before);
        var trust = Trust.ratio(
                size.minimum(size.scalar(config.parameterNorm())),
                norm(direction).plus(config.trustEpsilon()));
        var rate = config.rateCorrection() ? step.rate().dividedBy(correction(betas[0], step.number())) : step.rate();
        return new Update(before.minus(scaled(direction.times(trust), rate)), List.of(moment1, moment2));
    }
}
