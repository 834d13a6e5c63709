package org.borealis.optimizer.matrix;

import java.util.List;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Gradients of matrices, scaled by what AdamW makes of them along few directions (Zhu et al. 2025). */
@Component(
        configurationPid = "org.borealis.optimizer.apollo",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=apollo")
@Designate(ocd = Apollo.Config.class, factory = true)
public final class Apollo implements Optimizer {
    /** Greatest growth of an update's length from step to step (Chen et al. 2024, "Fira", section 4.2). */
    private static final double GROWTH = 1.01;

    /** Added to lengths that are divided by; of the original program. */
    private static final double EPSILON = 1e-8;

    /** Settings. */
    @ObjectClassDefinition(
            name = "Apollo",
            description = "Gradients of matrices, scaled by what AdamW makes of them along few directions.")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 0.01;

        @AttributeDefinition(description = "How many directions", min = "1")
        int rank() default 128;

        @AttributeDefinition(description = "Updates from one choice of directions to the next", min = "1")
        int every() default 200;

        @AttributeDefinition(description = "Updates of matrices are multiplied with its root", min = "0")
        double scale() default 1;

        @AttributeDefinition(description = "Whether that comes before the growth of an update is limited; else after")
        boolean scalesFirst() default false;

        @AttributeDefinition(
                description = "What is scaled together",
                options = {
                    @Option(label = "each row or column, whichever is longer", value = "channel"),
                    @Option(label = "the whole matrix", value = "tensor")
                })
        String scaled() default "channel";

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-6;

        @AttributeDefinition(description = "Share that is taken off each step, per unit of rate", min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Whether vectors decay as well")
        boolean decaysVectors() default false;

        @AttributeDefinition(description = "Names of matrices that get AdamW, in which a star stands for anything")
        String[] exclude() default {};

        @AttributeDefinition(
                description = "Whether embeddings, output tables and tables of positions count as matrices")
        boolean tables() default false;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1;
    }

    private final Config config;
    private final Matrices matrices;
    private final LowRank lowRank;
    private final Moments moments;
    private final Moments uncorrected;

    /** @throws org.borealis.tensor.BorealisException if betas are not two numbers below 1 */
    @Activate
    public Apollo(Config config) {
        this.config = config;
        matrices = Matrices.of(config.exclude(), config.tables());
        lowRank = new LowRank(config.rank(), "smaller", config.every());
        moments = Moments.of("apollo: betas", config.betas(), config.epsilon(), true, false);
        uncorrected = Moments.of("apollo: betas", config.betas(), config.epsilon(), false, false);
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
        return LowRank.KINDS;
    }

    @Override
    public String kind(long number) {
        return lowRank.kind(number);
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return !matrices.haveOne(parameter);
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return matrices.haveOne(parameter)
                ? Stream.concat(
                                lowRank.state(parameter, type).stream(),
                                Stream.of(new State("length", new TensorType(type, Shape.SCALAR), 0)))
                        .toList()
                : Moments.state(new TensorType(type, parameter.shape()));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        if (!matrices.haveOne(parameter)) {
            var next = moments.next(gradient, state, step.number());
            return new Update(moved(parameter, value, next.direction(), step.rate(), step), next.state());
        }
        var basis = step.kind().equals(LowRank.REFRESH) ? lowRank.basis(gradient, state.get(0)) : state.get(0);
        var low = lowRank.down(gradient, basis);
        var next = uncorrected.next(low, state.subList(1, 3), step.number());
        double factor = Math.sqrt(config.scale());
        var direction =
                gradient.times(ratio(next.direction(), low, value.shape())).times(config.scalesFirst() ? factor : 1);
        var length = length(direction);
        var limiter = limiter(length, state.get(3), step);
        direction = direction.dividedBy(limiter).times(config.scalesFirst() ? 1 : factor);
        return new Update(
                moved(parameter, value, direction, step.rate().times(moments.correction(step.number())), step),
                List.of(basis, next.state().get(0), next.state().get(1), length.dividedBy(limiter)));
    }

    /** How much longer AdamW's direction is than the gradient, both seen along few directions. */
    private Tensor ratio(Tensor direction, Tensor low, Shape shape) {
        if (config.scaled().equals("tensor")) {
            return length(direction).dividedBy(length(low).plus(EPSILON));
        }
        int dim = lowRank.dim(shape);
        var longer = direction.times(direction).sum(dim).sqrt();
        return longer.dividedBy(low.times(low).sum(dim).sqrt().plus(EPSILON));
    }

    private static Tensor length(Tensor x) {
        return x.times(x).sum().sqrt();
    }

    /** What an update is divided by so that it does not grow too fast; the first may be of any length. */
    private static Tensor limiter(Tensor length, Tensor before, Step step) {
        var growth = length.dividedBy(before.plus(EPSILON));
        var limited = growth.maximum(growth.scalar(GROWTH)).times(1 / GROWTH);
        return step.number().equalTo(step.number().scalar(1)).select(limited.scalar(1), limited);
    }

    private Tensor moved(Parameter parameter, Tensor value, Tensor direction, Tensor rate, Step step) {
        double decay = parameter.decays() || config.decaysVectors() ? config.weightDecay() : 0;
        return Moments.decayed(Moments.moved(value, direction, rate), decay, step.rate(), step);
    }
}
