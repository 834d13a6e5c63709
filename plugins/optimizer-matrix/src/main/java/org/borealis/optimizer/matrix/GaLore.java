package org.borealis.optimizer.matrix;

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
import org.osgi.service.metatype.annotations.Option;

/** AdamW that sees the gradient of a matrix along few directions, and remembers no more (Zhao et al. 2024). */
@Component(
        configurationPid = "org.borealis.optimizer.galore",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=galore")
@Designate(ocd = GaLore.Config.class, factory = true)
public final class GaLore implements Optimizer {

    /** Settings. */
    @ObjectClassDefinition(
            name = "GaLore",
            description = "AdamW that sees the gradient of a matrix along few directions, and remembers no more.")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 0.01;

        @AttributeDefinition(description = "How many directions", min = "1")
        int rank() default 128;

        @AttributeDefinition(description = "Updates from one choice of directions to the next", min = "1")
        int every() default 200;

        @AttributeDefinition(description = "What updates of matrices are multiplied with", min = "0")
        double scale() default 0.25;

        @AttributeDefinition(
                description = "Which dim of a matrix is seen along few directions",
                options = {
                    @Option(label = "the smaller", value = "smaller"),
                    @Option(label = "the larger", value = "larger"),
                    @Option(label = "rows", value = "left"),
                    @Option(label = "columns", value = "right")
                })
        String side() default "smaller";

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

    /** Chooses between opposite vectors of a basis. */
    interface Signs {
        Tensor of(Parameter parameter, Tensor basis, Step step);
    }

    private final Config config;
    private final Signs signs;
    private final Matrices matrices;
    private final LowRank lowRank;
    private final Moments moments;

    /** @throws org.borealis.tensor.BorealisException if betas are not two numbers below 1 */
    @Activate
    public GaLore(Config config) {
        this(config, (parameter, basis, step) -> basis);
    }

    /** @param signs as of other programs: what was remembered along a vector depends on its sign when vectors change */
    GaLore(Config config, Signs signs) {
        this.config = config;
        this.signs = signs;
        matrices = Matrices.of(config.exclude(), config.tables());
        lowRank = new LowRank(config.rank(), config.side(), config.every());
        moments = Moments.of("galore: betas", config.betas(), config.epsilon(), true, false);
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
                ? lowRank.state(parameter, type)
                : Moments.state(new TensorType(type, parameter.shape()));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        if (!matrices.haveOne(parameter)) {
            var next = moments.next(gradient, state, step.number());
            return new Update(moved(parameter, value, next.direction(), step), next.state());
        }
        var basis = state.get(0);
        if (step.kind().equals(LowRank.REFRESH)) {
            basis = signs.of(parameter, lowRank.basis(gradient, basis), step);
        }
        var next = moments.next(lowRank.down(gradient, basis), state.subList(1, 3), step.number());
        var direction = lowRank.up(next.direction(), basis, value.shape()).times(config.scale());
        return new Update(
                moved(parameter, value, direction, step),
                List.of(basis, next.state().get(0), next.state().get(1)));
    }

    private Tensor moved(Parameter parameter, Tensor value, Tensor direction, Step step) {
        double decay = parameter.decays() || config.decaysVectors() ? config.weightDecay() : 0;
        return Moments.decayed(Moments.moved(value, direction, step.rate()), decay, step.rate(), step);
    }
}
