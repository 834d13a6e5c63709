package example.signum;

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

/** The sign of the momentum (Bernstein et al. 2018): an optimizer as a stranger might drop it in. */
@Component(
        configurationPid = "example.signum",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=signum")
@Designate(ocd = Signum.Config.class, factory = true)
public final class Signum implements Optimizer {
    @ObjectClassDefinition(name = "Signum")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step", min = "0")
        double rate() default 1e-3;

        @AttributeDefinition(description = "How much of the direction is kept", min = "0", max = "1")
        double momentum() default 0.9;
    }

    private final Config config;

    @Activate
    public Signum(Config config) {
        this.config = config;
    }

    @Override
    public double rate() {
        return config.rate();
    }

    @Override
    public double clip() {
        return 0;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(new State("momentum", new TensorType(type, parameter.shape()), 0));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var direction = state.get(0).times(config.momentum()).plus(gradient.times(1 - config.momentum()));
        var rate = step.rate().as(value.type().type());
        return new Update(value.minus(direction.sign().times(rate)), List.of(direction));
    }
}
