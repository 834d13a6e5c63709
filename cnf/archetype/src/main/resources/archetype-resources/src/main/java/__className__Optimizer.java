package ${package};

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Steps of one size along the sign of the momentum (Bernstein et al. 2018, "signum"). Put your rule in its place. */
@Component(
        configurationPid = "${package}",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=${name}")
@Designate(ocd = ${className}Optimizer.Config.class, factory = true)
public final class ${className}Optimizer implements Optimizer {

    @ObjectClassDefinition(name = "${className}", description = "Steps of one size along the sign of the momentum.")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-3;

        @AttributeDefinition(description = "How much of the momentum is kept from step to step", min = "0", max = "1")
        double momentum() default 0.9;

        @AttributeDefinition(description = "How much of a matrix is taken off per unit of the rate", min = "0")
        double weightDecay() default 0.1;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1;
    }

    private final Config config;

    @Activate
    public ${className}Optimizer(Config config) {
        this.config = config;
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
        return List.of(new State("momentum", new TensorType(type, parameter.shape()), 0));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var kept = state.get(0).times(config.momentum());
        var momentum = kept.plus(gradient.times(1 - config.momentum()));
        var direction = momentum.sign();
        if (parameter.decays()) {
            direction = direction.plus(value.times(config.weightDecay()));
        }
        var rate = step.rate().as(value.type().type());
        return new Update(value.minus(direction.times(rate)), List.of(momentum));
    }
}
