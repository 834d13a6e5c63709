package org.borealis.optimizer.adaptive;

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

/** Gives steps the size of earlier ones for gradients of the same size (Zeiler 2012). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adadelta",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adadelta")
@Designate(ocd = Adadelta.Config.class, factory = true)
public final class Adadelta extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Adadelta",
            description = "Gives steps the size of earlier ones for gradients of the same size (Zeiler 2012).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1.0;

        @AttributeDefinition(
                description = "How much of the averages of squared gradients and steps is kept from step to step",
                min = "0",
                max = "1")
        double rho() default 0.9;

        @AttributeDefinition(description = "Added to both averages", min = "0")
        double epsilon() default 1e-6;

        @AttributeDefinition(
                description = "How much of a matrix is added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private final double rho;
    private final double epsilon;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Adadelta(Config config) {
        super("adadelta", config.rate(), config.clip(), config.weightDecay());
        rho = kept("rho", config.rho());
        epsilon = notNegative("epsilon", config.epsilon());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(zeros("gradients", parameter, type), zeros("steps", parameter, type));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = withDecay(parameter, gradient, value, step);
        var gradients = average(state.get(0), taken.times(taken), rho);
        var change = state.get(1)
                .plus(epsilon)
                .sqrt()
                .dividedBy(gradients.plus(epsilon).sqrt())
                .times(taken);
        var steps = average(state.get(1), change.times(change), rho);
        return new Update(value.minus(scaled(change, step.rate())), List.of(gradients, steps));
    }
}
