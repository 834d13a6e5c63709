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

/** Adam (Kingma and Ba 2015); weight decay, if any, is added to the gradient. */
@Component(
        configurationPid = "org.borealis.optimizer.adam",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adam")
@Designate(ocd = Adam.Config.class, factory = true)
public final class Adam implements Optimizer {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Adam",
            description = "Adam (Kingma and Ba 2015); weight decay, if any, is added to the gradient.")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 3e-4;

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
        double clip() default 0;
    }

    private final Config config;
    private final Moments moments;

    /** @throws org.borealis.tensor.BorealisException if betas are not two numbers below 1 */
    @Activate
    public Adam(Config config) {
        this.config = config;
        moments = Moments.of("adam", config.betas(), config.epsilon(), config.weightDecay(), false);
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
