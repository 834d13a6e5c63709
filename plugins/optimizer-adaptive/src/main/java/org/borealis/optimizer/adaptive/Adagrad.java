package org.borealis.optimizer.adaptive;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.train.UpdateRule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Divides by the root of the sum of all squared gradients (Duchi et al. 2011). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adagrad",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adagrad")
@Designate(ocd = Adagrad.Config.class, factory = true)
public final class Adagrad extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Adagrad",
            description = "Divides by the root of the sum of all squared gradients (Duchi et al. 2011).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-2;

        @AttributeDefinition(description = "By how much of itself the rate's divisor rises each step", min = "0")
        double rateDecay() default 0;

        @AttributeDefinition(description = "What the sums of squares begin with", min = "0")
        double initialSum() default 0;

        @AttributeDefinition(description = "Added to the root of the sum", min = "0")
        double epsilon() default 1e-10;

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
    public Adagrad(Config config) {
        super("adagrad", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        notNegative("rateDecay", config.rateDecay());
        notNegative("initialSum", config.initialSum());
        notNegative("epsilon", config.epsilon());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(new State("sum", new TensorType(type, parameter.shape()), config.initialSum()));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = withDecay(parameter, gradient, value, step);
        var sum = state.get(0).plus(taken.times(taken));
        var slowed = step.number().minus(1).times(config.rateDecay()).plus(1);
        var direction = taken.dividedBy(sum.sqrt().plus(config.epsilon()));
        return new Update(value.minus(scaled(direction, step.rate().dividedBy(slowed))), List.of(sum));
    }
}
