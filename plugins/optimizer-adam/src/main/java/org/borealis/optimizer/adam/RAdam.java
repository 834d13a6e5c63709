package org.borealis.optimizer.adam;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Adam whose steps are divided by the second moment only once that is reliable (Liu et al. 2020). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.radam",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=radam")
@Designate(ocd = RAdam.Config.class, factory = true)
public final class RAdam extends Moments {

    /** Settings. */
    @ObjectClassDefinition(
            name = "RAdam",
            description =
                    "Adam whose steps are divided by the second moment only once that is reliable (Liu et al. 2020).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-3;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(
                description = "How much of a matrix is added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private final double greatestLength;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public RAdam(Config config) {
        super("radam", config.rate(), config.clip(), config.weightDecay(), config.betas(), config.epsilon());
        greatestLength = 2 / (1 - beta2()) - 1;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = withDecay(parameter, gradient, value, step);
        var moment1 = moment1(state.get(0), taken);
        var moment2 = moment2(state.get(1), taken);
        var length = length(step);
        var isReliable = length.scalar(5).less(length); // torch waits for 5; the paper, for 4
        var adapted = scaled(
                        moment1,
                        rectification(length)
                                .times(correction(beta2(), step.number()).sqrt()))
                .dividedBy(moment2.sqrt().plus(epsilon()));
        var direction = isReliable.select(adapted, moment1);
        return new Update(value.minus(scaled(direction, correctedRate(step))), List.of(moment1, moment2));
    }

    /** How many gradients the second moment is an average of: rho in the paper. */
    private Tensor length(Step step) {
        var number = step.number();
        var unseen = number.scalar(beta2()).power(number);
        return number.times(2)
                .times(unseen)
                .dividedBy(complement(unseen))
                .negate()
                .plus(greatestLength);
    }

    /** By how much the variance of a step is greater than that of a long average. */
    private Tensor rectification(Tensor length) {
        var least = (greatestLength - 4) * (greatestLength - 2) / greatestLength;
        return length.minus(4)
                .times(length.minus(2))
                .dividedBy(length.times(least))
                .sqrt();
    }
}
