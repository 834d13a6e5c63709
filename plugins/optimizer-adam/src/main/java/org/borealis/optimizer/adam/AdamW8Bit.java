package org.borealis.optimizer.adam;

import java.util.List;
import java.util.stream.Stream;
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

/** AdamW that remembers a byte for each moment of an element (Dettmers et al. 2022). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adamw8bit",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adamw-8bit")
@Designate(ocd = AdamW8Bit.Config.class, factory = true)
public final class AdamW8Bit extends Moments {

    /** Settings. */
    @ObjectClassDefinition(
            name = "8-bit AdamW",
            description = "AdamW that remembers a byte for each moment of an element (Dettmers et al. 2022).")
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

        @AttributeDefinition(description = "Elements that share a scale", min = "1")
        int block() default 256;

        @AttributeDefinition(
                description = "Least elements of a parameter that has bytes; smaller ones remember floats",
                min = "0")
        int smallest() default 4096;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private final int smallest;
    private final Blocks first;
    private final Blocks second;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public AdamW8Bit(Config config) {
        super("adamw-8bit", config.rate(), config.clip(), config.weightDecay(), config.betas(), config.epsilon());
        require(config.block() >= 1, "block has to be at least 1; got " + config.block());
        smallest = config.smallest();
        first = new Blocks("moment1", DynamicCode.SIGNED, config.block());
        second = new Blocks("moment2", DynamicCode.UNSIGNED, config.block());
    }

    /** What has no blocks. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return parameter.shape().elements() < smallest;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return isElementwise(parameter)
                ? super.state(parameter, type)
                : Stream.of(first.state(parameter.shape()), second.state(parameter.shape()))
                        .flatMap(List::stream)
                        .toList();
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        boolean isFloat = isElementwise(parameter);
        var moment1 = moment1(isFloat ? state.get(0) : first.read(state.subList(0, 2), value.type()), gradient);
        var moment2 = moment2(isFloat ? state.get(1) : second.read(state.subList(2, 4), value.type()), gradient);
        var direction = moment1.dividedBy(deviation(moment2, step));
        var updated = decayed(parameter, value, step).minus(scaled(direction, correctedRate(step)));
        return new Update(
                updated,
                isFloat
                        ? List.of(moment1, moment2)
                        : Stream.of(first.write(moment1), second.write(moment2))
                                .flatMap(List::stream)
                                .toList());
    }
}
