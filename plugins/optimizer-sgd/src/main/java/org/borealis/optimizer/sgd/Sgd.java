package org.borealis.optimizer.sgd;

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

/** Gradient descent with momentum (Sutskever et al. 2013), as torch.optim.SGD computes it. */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.sgd",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=sgd")
@Designate(ocd = Sgd.Config.class, factory = true)
public final class Sgd extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "SGD",
            description = "Stochastic gradient descent, with momentum if wanted (Sutskever et al. 2013).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 0.1;

        @AttributeDefinition(description = "How much of the direction is kept from step to step", min = "0", max = "1")
        double momentum() default 0;

        @AttributeDefinition(
                description = "How much of a gradient is left out of the direction; not of the first",
                max = "1")
        double dampening() default 0;

        @AttributeDefinition(
                description = "Whether the gradient is taken where momentum leads; needs momentum, no dampening")
        boolean nesterov() default false;

        @AttributeDefinition(
                description = "How much of a matrix is added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private final Config config;

    /** @throws org.borealis.tensor.BorealisException if nesterov lacks momentum or has dampening, or a setting is out of its range */
    @Activate
    public Sgd(Config config) {
        super("sgd", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        kept("momentum", config.momentum());
        require(
                !config.nesterov() || config.momentum() > 0 && config.dampening() == 0,
                "nesterov needs momentum above 0 and dampening 0; got momentum " + config.momentum() + ", dampening "
                        + config.dampening());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return config.momentum() == 0 ? List.of() : List.of(zeros("momentum", parameter, type));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = withDecay(parameter, gradient, value, step);
        if (config.momentum() == 0) {
            return new Update(value.minus(scaled(taken, step.rate())), List.of());
        }
        var momentum = state.get(0).times(config.momentum()).plus(scaled(taken, share(step)));
        var direction = config.nesterov() ? taken.plus(momentum.times(config.momentum())) : momentum;
        return new Update(value.minus(scaled(direction, step.rate())), List.of(momentum));
    }

    /** 1 - dampening; all of the first gradient, as torch starts the momentum with it. */
    private Tensor share(Step step) {
        var number = step.number();
        return isFirst(step).select(number.scalar(1), number.scalar(1 - config.dampening()));
    }
}
