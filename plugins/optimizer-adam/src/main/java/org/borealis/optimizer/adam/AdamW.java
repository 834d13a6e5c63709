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

/** Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019). */
@Component(
        configurationPid = "org.borealis.optimizer.adamw",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adamw")
@Designate(ocd = AdamW.Config.class, factory = true)
public final class AdamW implements Optimizer {

    /** Settings. */
    @ObjectClassDefinition(
            name = "AdamW",
            description = "Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 3e-4;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.95};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0.1;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private final Config config;
    private final Moments moments;

    /** @throws org.borealis.tensor.BorealisException if betas are not two numbers below 1 */
    @Activate
    public AdamW(Config config) {
        this.config = config;
        moments = Moments.of("adamw", config.betas(), config.epsilon(), config.weightDecay(), true);
    }

    @Override
    public double rate() {
        return config.rate();
    }

    @Override
    public double clip() {
        return config.clip();
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return Moments.state(parameter, type);
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        return moments.update(parameter, value, gradient, state, step);
    }
}
