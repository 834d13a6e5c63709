package org.borealis.optimizer.sign;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;
import org.borealis.train.UpdateRule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Momentum divided by an estimate of the curvature, at most 1 for each element (Liu et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.sophia",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=sophia")
@Designate(ocd = Sophia.Config.class, factory = true)
public final class Sophia extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Sophia-G",
            description =
                    "Momentum divided by an estimate of the curvature, at most 1 for each element (Liu et al. 2024).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 2e-4;

        @AttributeDefinition(
                description =
                        "How much of the momentum is kept from step to step, and of the curvature from estimate to estimate",
                min = "0",
                max = "1")
        double[] betas() default {0.965, 0.99};

        @AttributeDefinition(
                description = "Multiplies the curvature: the smaller, the more steps are cut off",
                min = "0")
        double rho() default 0.04;

        @AttributeDefinition(description = "Updates from one estimate of the curvature to the next", min = "1")
        long curvatureEvery() default 10;

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0.1;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private static final double LEAST_CURVATURE = 1e-15; // as in the authors' program

    private final Config config;
    private final double[] betas;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Sophia(Config config) {
        super("sophia", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        betas = betas(2, config.betas());
        notNegative("rho", config.rho());
        require(config.curvatureEvery() > 0, "curvatureEvery has to be at least 1; got " + config.curvatureEvery());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(zeros("momentum", parameter, type), zeros("curvature", parameter, type));
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var momentum = average(state.get(0), gradient, betas[0]);
        var curvature = state.get(1).times(config.rho()).plus(LEAST_CURVATURE);
        var length = momentum.abs().dividedBy(curvature).minimum(momentum.scalar(1));
        var change = scaled(momentum.sign().times(length), step.rate());
        return new Update(decayed(parameter, value, step).minus(change), List.of(momentum, state.get(1)));
    }

    @Override
    public long observesEvery() {
        return config.curvatureEvery();
    }

    /** The Gauss-Newton-Bartlett estimate (section 2.3): labels times the square of the gradient of their mean loss. */
    @Override
    public List<Tensor> observe(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Tensor labels) {
        var estimate = scaled(gradient.times(gradient), labels);
        return List.of(state.get(0), average(state.get(1), estimate, betas[1]));
    }
}
