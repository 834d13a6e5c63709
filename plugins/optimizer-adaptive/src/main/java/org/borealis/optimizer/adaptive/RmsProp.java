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

/** Divides by the root of a moving average of squared gradients (Tieleman and Hinton 2012). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.rmsprop",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=rmsprop")
@Designate(ocd = RmsProp.Config.class, factory = true)
public final class RmsProp extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "RMSprop",
            description = "Divides by the root of a moving average of squared gradients (Tieleman and Hinton 2012).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-3;

        @AttributeDefinition(description = "How much of the averages is kept from step to step", min = "0", max = "1")
        double alpha() default 0.99;

        @AttributeDefinition(description = "Added to the root of the average", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(description = "How much of the direction is kept from step to step", min = "0", max = "1")
        double momentum() default 0;

        @AttributeDefinition(description = "Whether it divides by the deviation from the mean gradient (Graves 2013)")
        boolean centered() default false;

        @AttributeDefinition(
                description = "How much of a matrix is added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private final Config config;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public RmsProp(Config config) {
        super("rmsprop", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        kept("alpha", config.alpha());
        kept("momentum", config.momentum());
        notNegative("epsilon", config.epsilon());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var state = new ArrayList<>(List.of(zeros("square", parameter, type)));
        if (config.centered()) {
            state.add(zeros("mean", parameter, type));
        }
        if (config.momentum() > 0) {
            state.add(zeros("momentum", parameter, type));
        }
        return state;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = withDecay(parameter, gradient, value, step);
        var square = average(state.get(0), taken.times(taken), config.alpha());
        var next = new ArrayList<>(List.of(square));
        var variance = square;
        if (config.centered()) {
            var mean = average(state.get(1), taken, config.alpha());
            next.add(mean);
            variance = square.minus(mean.times(mean)).maximum(square.scalar(0)); // rounding may take it below
        }
        var direction = taken.dividedBy(variance.sqrt().plus(config.epsilon()));
        if (config.momentum() > 0) {
            direction = state.getLast().times(config.momentum()).plus(direction);
            next.add(direction);
        }
        return new Update(value.minus(scaled(direction, step.rate())), next);
    }
}
