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

/** Lion without the steps that go against the present gradient (Liang et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.cautiouslion",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=cautious-lion")
@Designate(ocd = CautiousLion.Config.class, factory = true)
public final class CautiousLion extends LionMomentum {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Cautious Lion",
            description = "Lion without the steps that go against the present gradient (Liang et al. 2024).")
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

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public CautiousLion(Config config) {
        super("cautious-lion", config.rate(), config.clip(), config.weightDecay(), config.betas());
    }

    /** How many elements agree matters for all of them. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return false;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var sign = sign(state.get(0), gradient);
        var agrees = sign.fill(0).less(sign.times(gradient)).as(value.type().type());
        var scale = agrees.sum().plus(1).reciprocal().times(value.shape().elements()); // 1 more, as the authors count
        var change = scaled(sign.times(agrees).times(scale), step.rate());
        return new Update(decayed(parameter, value, step).minus(change), List.of(momentum(state.get(0), gradient)));
    }
}
