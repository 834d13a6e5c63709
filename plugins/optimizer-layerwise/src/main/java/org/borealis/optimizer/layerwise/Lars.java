package org.borealis.optimizer.layerwise;

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

/** Momentum with a rate for each matrix, by its norm and that of its gradient (You et al. 2017). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.lars",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=lars")
@Designate(ocd = Lars.Config.class, factory = true)
public final class Lars extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "LARS",
            description =
                    "Momentum with a rate for each matrix, by its norm and that of its gradient (You et al. 2017).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1.0;

        @AttributeDefinition(description = "How much of the direction is kept from step to step", min = "0", max = "1")
        double momentum() default 0.9;

        @AttributeDefinition(description = "How much of a gradient is left out of the direction", max = "1")
        double dampening() default 0;

        @AttributeDefinition(description = "Whether the gradient is taken where momentum leads")
        boolean nesterov() default false;

        @AttributeDefinition(description = "Norm of a step by norm of the matrix, at rate 1", min = "0")
        double trustCoefficient() default 1e-3;

        @AttributeDefinition(
                description = "How much of a matrix is added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 1e-4;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private final Config config;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Lars(Config config) {
        super("lars", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        kept("momentum", config.momentum());
        notNegative("trustCoefficient", config.trustCoefficient());
    }

    /** What has no rate of its own. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return parameter.shape().rank() < 2;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return config.momentum() == 0 ? List.of() : List.of(zeros("momentum", parameter, type));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var direction = isElementwise(parameter) ? gradient : trusted(parameter, value, gradient, step);
        if (config.momentum() == 0) {
            return new Update(value.minus(scaled(direction, step.rate())), List.of());
        }
        var before = isFirst(step).select(gradient, state.get(0)); // as pytorch_optimizer begins
        var momentum = before.times(config.momentum()).plus(direction.times(1 - config.dampening()));
        direction = config.nesterov() ? direction.plus(momentum.times(config.momentum())) : momentum;
        return new Update(value.minus(scaled(direction, step.rate())), List.of(momentum));
    }

    /** As long as the matrix, times a factor. */
    private Tensor trusted(Parameter parameter, Tensor value, Tensor gradient, Step step) {
        var trust = Trust.ratio(norm(value).times(config.trustCoefficient()), norm(gradient));
        return withDecay(parameter, gradient, value, step).times(trust);
    }
}
