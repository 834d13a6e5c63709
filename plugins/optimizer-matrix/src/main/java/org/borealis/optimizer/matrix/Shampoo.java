package org.borealis.optimizer.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.InverseRoot;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Shampoo (Gupta et al. 2018) without blocks or grafting, as pytorch_optimizer has it: one dim after the other, by 1/R-th roots. */
@Component(
        configurationPid = "org.borealis.optimizer.shampoo",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=shampoo")
@Designate(ocd = Shampoo.Config.class, factory = true)
public final class Shampoo implements Optimizer {
    private static final String REFRESH = "refresh";
    private static final String COMMON = "common";

    /** Settings. */
    @ObjectClassDefinition(name = "Shampoo", description = "Shampoo (Gupta et al. 2018) without blocks or grafting.")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 0.1;

        @AttributeDefinition(
                description = "Share of the direction before that a gradient is mixed with",
                min = "0",
                max = "1")
        double momentum() default 0;

        @AttributeDefinition(description = "What statistics begin with on their diagonal", min = "0")
        double epsilon() default 1e-4;

        @AttributeDefinition(
                description = "Updates from one preconditioner to the next; nothing moves before the first",
                min = "1")
        int every() default 1;

        @AttributeDefinition(description = "How much of a matrix is added to its gradient", min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Whether vectors decay as well")
        boolean decaysVectors() default false;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1;
    }

    private final Config config;

    /** @throws org.borealis.tensor.BorealisException if every is not above 0 */
    @Activate
    public Shampoo(Config config) {
        this.config = config;
        Requirement.that(config.every() >= 1, "shampoo: every has to be at least 1; got " + config.every());
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
    public List<String> kinds() {
        return config.every() == 1 ? List.of(REFRESH) : List.of(COMMON, REFRESH);
    }

    @Override
    public String kind(long number) {
        return number % config.every() == 0 ? REFRESH : COMMON;
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return false;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var shape = parameter.shape();
        var momentum = config.momentum() == 0
                ? Stream.<State>empty()
                : Stream.of(new State("momentum", new TensorType(type, shape), 0));
        return Stream.concat(
                        IntStream.range(0, shape.rank()).boxed().flatMap(dim -> {
                            var square = TensorType.of(type, shape.dim(dim), shape.dim(dim));
                            return Stream.of(
                                    new State("statistics" + dim, square, 0), new State("root" + dim, square, 0));
                        }),
                        momentum)
                .toList();
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var direction = gradient;
        int rank = value.shape().rank();
        if (config.momentum() != 0) {
            var isFirst = step.number().equalTo(step.number().scalar(1));
            var before = isFirst.select(gradient, state.get(2 * rank));
            direction = gradient.times(1 - config.momentum()).plus(before.times(config.momentum()));
        }
        if (config.weightDecay() != 0 && (parameter.decays() || config.decaysVectors())) {
            direction = direction.plus(
                    value.times(step.decay(config.weightDecay()).as(value.type().type())));
        }
        var after = new ArrayList<Tensor>();
        for (int dim = 0; dim < rank; dim++) {
            var g = Unfolding.of(direction, dim);
            var statistics = state.get(2 * dim).plus(g.matmul(false, g, true));
            var root = step.kind().equals(REFRESH)
                    ? statistics.apply(new InverseRoot(rank, config.epsilon())).get(0)
                    : state.get(2 * dim + 1);
            after.add(statistics);
            after.add(root);
            direction = Unfolding.back(root.matmul(g), direction.shape(), dim);
        }
        if (config.momentum() != 0) {
            after.add(direction);
        }
        return new Update(Moments.moved(value, direction, step.rate()), after);
    }
}
