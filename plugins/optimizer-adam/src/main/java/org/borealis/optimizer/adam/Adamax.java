package org.borealis.optimizer.adam;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Adam with the greatest of decaying magnitudes for its second moment (Kingma and Ba 2015, section 7). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adamax",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adamax")
@Designate(ocd = Adamax.Config.class, factory = true)
public final class Adamax extends Moments {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Adamax",
            description =
                    "Adam with the greatest of decaying magnitudes for its second moment (Kingma and Ba 2015, section 7).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 2e-3;

        @AttributeDefinition(
                description = "How much of the first moment and of the greatest magnitude is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999};

        @AttributeDefinition(description = "Added to the magnitude of each gradient", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(
                description = "How much of a matrix is added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Adamax(Config config) {
        super("adamax", config.rate(), config.clip(), config.weightDecay(), config.betas(), config.epsilon());
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = withDecay(parameter, gradient, value, step);
        var moment1 = moment1(state.get(0), taken);
        var greatest = state.get(1).times(beta2()).maximum(taken.abs().plus(epsilon()));
        var direction = moment1.dividedBy(greatest);
        return new Update(value.minus(scaled(direction, correctedRate(step))), List.of(moment1, greatest));
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(zeros("moment1", parameter, type), zeros("greatest", parameter, type));
    }
}
