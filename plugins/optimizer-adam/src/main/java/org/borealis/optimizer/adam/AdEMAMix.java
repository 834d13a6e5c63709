package org.borealis.optimizer.adam;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/** AdamW with a second, slow moving average of gradients (Pagliardini et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.ademamix",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=ademamix")
@Designate(ocd = AdEMAMix.Config.class, factory = true)
public final class AdEMAMix extends Moments {

    /** Settings. */
    @ObjectClassDefinition(
            name = "AdEMAMix",
            description = "AdamW with a second, slow moving average of gradients (Pagliardini et al. 2024).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 3e-4;

        @AttributeDefinition(
                description =
                        "How much of the fast average, of the second moment and of the slow average is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999, 0.9999};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(description = "Weight of the slow average", min = "0")
        double alpha() default 5;

        @AttributeDefinition(
                description = "Steps over which the slow average gets its weight; 0 means at once",
                min = "0")
        long alphaWarmup() default 0;

        @AttributeDefinition(
                description = "Steps over which the slow average becomes as slow as beta3; 0 means at once",
                min = "0")
        long beta3Warmup() default 0;

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0.1;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private final Config config;
    private final double beta3;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public AdEMAMix(Config config) {
        super(
                "ademamix",
                config.rate(),
                config.clip(),
                config.weightDecay(),
                Arrays.copyOf(config.betas(), 2),
                config.epsilon());
        this.config = config;
        beta3 = betas(3, config.betas())[2];
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var state = new ArrayList<>(super.state(parameter, type));
        state.add(zeros("slow", parameter, type));
        return state;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var fast = moment1(state.get(0), gradient);
        var moment2 = moment2(state.get(1), gradient);
        var slow = average(state.get(2), gradient, slowness(step.number()));
        var direction = corrected(fast, beta1(), step)
                .plus(scaled(slow, risen(step.number(), config.alphaWarmup()).times(config.alpha())))
                .dividedBy(deviation(moment2, step));
        return new Update(
                decayed(parameter, value, step).minus(scaled(direction, step.rate())), List.of(fast, moment2, slow));
    }

    /** From 0 to 1 in a number of steps. */
    private static Tensor risen(Tensor number, long steps) {
        return steps == 0 ? number.scalar(1) : number.dividedBy(steps).minimum(number.scalar(1));
    }

    /** beta3 on its way from beta1, so that the half-life rises evenly (appendix A.1). */
    private Tensor slowness(Tensor number) {
        if (config.beta3Warmup() == 0) {
            return number.scalar(beta3);
        }
        double from = halfLife(beta1());
        var halfLife = risen(number, config.beta3Warmup())
                .times(halfLife(beta3) - from)
                .plus(from);
        var rising = number.scalar(0.5).power(halfLife.plus(1).reciprocal());
        return number.less(number.scalar(config.beta3Warmup())).select(rising, number.scalar(beta3));
    }

    private static double halfLife(double beta) {
        return Math.log(0.5) / Math.log(beta + 1e-8) - 1; // 1e-8 as in the authors' program
    }
}
