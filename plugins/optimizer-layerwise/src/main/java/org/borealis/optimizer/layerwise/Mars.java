package org.borealis.optimizer.layerwise;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.NewtonSchulz;
import org.borealis.train.Optimizer;
import org.borealis.train.UpdateRule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Makes gradients vary less by the difference to the one before, then steps as AdamW, Lion or Muon (Yuan et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.mars",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=mars")
@Designate(ocd = Mars.Config.class, factory = true)
public final class Mars extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "MARS",
            description =
                    "Makes gradients vary less by the difference to the one before, then steps as AdamW, Lion or Muon (Yuan et al. 2024).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 3e-3;

        @AttributeDefinition(
                description = "What steps are made of the corrected gradients of matrices",
                options = {@Option(value = "adamw"), @Option(value = "lion"), @Option(value = "shampoo")})
        String variant() default "adamw";

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.95, 0.99};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(description = "How much of the difference between gradients is added", min = "0")
        double gamma() default 0.025;

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Whether vectors get the same; else AdamW, with the settings of vectors")
        boolean vectors_alike() default false;

        @AttributeDefinition(description = "Learning rate of vectors that are not treated alike", min = "0")
        double vectors_rate() default 3e-3;

        @AttributeDefinition(description = "As betas, for vectors that are not treated alike", min = "0", max = "1")
        double[] vectors_betas() default {0.9, 0.95};

        @AttributeDefinition(description = "Weight decay of vectors that are not treated alike", min = "0")
        double vectors_weightDecay() default 0.1;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private enum Variant {
        ADAMW,
        LION,
        SHAMPOO
    }

    private final Config config;
    private final Variant variant;
    private final double[] betas;
    private final double[] vectorBetas;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Mars(Config config) {
        super("mars", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        variant = Variant.valueOf(config.variant().toUpperCase(Locale.ROOT));
        betas = betas(2, config.betas());
        vectorBetas = betas(2, config.vectors_betas());
        notNegative("epsilon", config.epsilon());
        notNegative("gamma", config.gamma());
        notNegative("vectors.rate", config.vectors_rate());
        notNegative("vectors.weightDecay", config.vectors_weightDecay());
        require(config.rate() > 0, "rate has to be above 0, as that of vectors is a multiple of it");
    }

    /** A steadied gradient has a greatest norm. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return !isSteadied(parameter);
    }

    private boolean isSteadied(Parameter parameter) {
        return config.vectors_alike() || isMatrix(parameter.shape());
    }

    private static boolean isMatrix(Shape shape) {
        return shape.rank() >= 2;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var state = new ArrayList<>(List.of(zeros("moment1", parameter, type)));
        if (hasMoment2(parameter)) {
            state.add(zeros("moment2", parameter, type));
        }
        if (isSteadied(parameter)) {
            state.add(zeros("gradient", parameter, type));
        }
        return state;
    }

    private boolean hasMoment2(Parameter parameter) {
        return switch (variant) {
            case ADAMW -> true;
            case LION -> !isSteadied(parameter);
            case SHAMPOO -> !isMatrix(parameter.shape());
        };
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        if (!isSteadied(parameter)) {
            return plain(value, gradient, state, step);
        }
        var steadied = steadied(gradient, state.getLast());
        var moment1 = average(state.get(0), steadied, betas[0]);
        var next = new ArrayList<>(List.of(moment1));
        var direction = moment1;
        if (hasMoment2(parameter)) {
            next.add(average(state.get(1), steadied.times(steadied), betas[1]));
            direction = adam(next, betas, step);
        } else {
            direction = variant == Variant.LION ? moment1.sign() : orthogonal(moment1);
        }
        next.add(gradient);
        return new Update(decayed(parameter, value, step).minus(scaled(direction, step.rate())), next);
    }

    /** c of algorithm 1, whose gradient before is of the batch before. */
    private Tensor steadied(Tensor gradient, Tensor before) {
        double factor = config.gamma() * betas[0] / (1 - betas[0]);
        var steadied = gradient.plus(gradient.minus(before).times(factor));
        var norm = norm(steadied);
        return steadied.dividedBy(norm.maximum(norm.scalar(1)));
    }

    private Update plain(Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var next = List.of(
                average(state.get(0), gradient, vectorBetas[0]),
                average(state.get(1), gradient.times(gradient), vectorBetas[1]));
        var rate = step.rate().times(config.vectors_rate() / config.rate());
        var decay = rate.times(step.decay(config.vectors_weightDecay()));
        return new Update(scaled(value, complement(decay)).minus(scaled(adam(next, vectorBetas, step), rate)), next);
    }

    private Tensor adam(List<Tensor> moments, double[] betas, Step step) {
        var deviation = deviation(moments.get(1), betas[1], step).plus(config.epsilon());
        return corrected(moments.get(0), betas[0], step).dividedBy(deviation);
    }

    /** Of a matrix; of each, if there are several. */
    private Tensor orthogonal(Tensor moment) {
        double factor = Math.sqrt(Math.max(1, (double) moment.dim(-2) / moment.dim(-1)));
        return moment.times(1 / (1 - betas[0]))
                .apply(NewtonSchulz.jordan(config.epsilon()))
                .get(0)
                .times(factor);
    }
}
