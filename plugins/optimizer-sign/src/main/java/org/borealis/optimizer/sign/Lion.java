package org.borealis.optimizer.sign;

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

/** Steps of one size along the sign of a momentum (Chen et al. 2023). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.lion",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=lion")
@Designate(ocd = Lion.Config.class, factory = true)
public final class Lion extends LionMomentum {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Lion",
            description = "Steps of one size along the sign of a momentum (Chen et al. 2023).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-4;

        @AttributeDefinition(
                description = "How much of the momentum is kept for the step, and from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.99};

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 1.0;

        @AttributeDefinition(description = "Whether weight decay is per step at full rate instead of per unit of rate")
        boolean decoupledWeightDecay() default false;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Lion(Config config) {
        super("lion", config.rate(), config.clip(), weightDecay(config), config.betas());
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var change = scaled(sign(state.get(0), gradient), step.rate());
        return new Update(decayed(parameter, value, step).minus(change), List.of(momentum(state.get(0), gradient)));
    }

    private static double weightDecay(Config config) {
        return config.decoupledWeightDecay() && config.rate() > 0
                ? config.weightDecay() / config.rate()
                : config.weightDecay();
    }
}
