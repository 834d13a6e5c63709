package org.borealis.optimizer.adam;

import java.util.List;
import java.util.regex.Pattern;
import org.borealis.model.Parameter;
import org.borealis.parallel.LogicalDim;
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

/** AdamW with one second moment for each block of a parameter: a head, or a row (Zhang et al. 2024).
 *
 * <p>Queries and keys are those whose rows are heads. Where query, key and value share a matrix, values have one for each head, too. */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adammini",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adam-mini")
@Designate(ocd = AdamMini.Config.class, factory = true)
public final class AdamMini extends Moments {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Adam-mini",
            description =
                    "AdamW with one second moment for each block of a parameter: a head, or a row (Zhang et al. 2024).")
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

        @AttributeDefinition(
                description =
                        "Rows of a head in queries and keys of a model that does not say what its dims are; 0 means that it has none",
                min = "0")
        int headSize() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private static final Pattern QUERY_OR_KEY = Pattern.compile("query|key|q_proj|k_proj|wq|wk");

    private final int headSize;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public AdamMini(Config config) {
        super("adam-mini", config.rate(), config.clip(), config.weightDecay(), config.betas(), config.epsilon());
        headSize = config.headSize();
    }

    /** What has a second moment for each element. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return blocks(parameter) == parameter.shape().elements();
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var blocks = blocks(parameter) == parameter.shape().elements()
                ? parameter.shape()
                : Shape.of((int) blocks(parameter), 1);
        return List.of(zeros("moment1", parameter, type), new State("moment2", new TensorType(type, blocks), 0));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var moment1 = moment1(state.get(0), gradient);
        var squares = gradient.times(gradient);
        var blocks = state.get(1).shape();
        boolean isWhole = blocks.elements() == value.shape().elements();
        var rows = Shape.of(blocks.dim(0), (int) (value.shape().elements() / blocks.dim(0)));
        var moment2 =
                average(state.get(1), isWhole ? squares : squares.reshape(rows).mean(1), beta2());
        var deviation = deviation(moment2, step);
        var direction = isWhole
                ? moment1.dividedBy(deviation)
                : moment1.reshape(rows).dividedBy(deviation).reshape(value.shape());
        return new Update(
                decayed(parameter, value, step).minus(scaled(direction, correctedRate(step))),
                List.of(moment1, moment2));
    }

    /** The smallest blocks of the Hessian (section 2.3): heads of queries and keys, other rows; norms are one, biases are none. */
    private long blocks(Parameter parameter) {
        var shape = parameter.shape();
        if (shape.rank() < 2) {
            return parameter.name().contains("bias") ? shape.elements() : 1;
        }
        long rows = shape.elements() / shape.dim(-1);
        int together = rows(parameter);
        require(rows % together == 0, parameter.name() + " " + shape + " has no whole heads of " + together + " rows");
        return rows / together;
    }

    /** Of a block. */
    private int rows(Parameter parameter) {
        var dims = parameter.dims();
        var name = parameter.name();
        if (dims.isEmpty()) {
            return headSize > 0 && QUERY_OR_KEY.matcher(name).find() ? headSize : 1;
        }
        var rows = dims.getFirst();
        return rows.name().equals(LogicalDim.HEADS.name()) && !name.contains("value") ? rows.unit() : 1;
    }
}
