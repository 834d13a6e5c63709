package org.borealis.optimizer.free;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
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

/** RAdam that averages instead of lowering its rate, and needs no warm-up (Defazio et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.schedulefreeradam",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=schedule-free-radam")
@Designate(ocd = ScheduleFreeRAdam.Config.class, factory = true)
public final class ScheduleFreeRAdam extends ScheduleFree {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Schedule-Free RAdam",
            description =
                    "RAdam that averages instead of lowering its rate, and needs no warm-up (Defazio et al. 2024).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 2.5e-3;

        @AttributeDefinition(
                description =
                        "How much of the average is in where gradients are taken, and of the second moment is kept a step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(description = "How much of a matrix is added to its step; vectors do not decay", min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(
                description = "Power of a step's number in its weight in the average: r in the paper",
                min = "0")
        double numberPower() default 0;

        @AttributeDefinition(
                description = "Power of the greatest rate so far in a step's weight in the average",
                min = "0")
        double ratePower() default 2;

        @AttributeDefinition(
                description =
                        "Whether it waits until the second moment is reliable, instead of stepping along gradients")
        boolean silent() default true;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private final Config config;
    private final double[] betas;
    private final double greatestLength;
    private final long silent;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public ScheduleFreeRAdam(Config config) {
        super(
                "schedule-free-radam",
                config.rate(),
                config.clip(),
                config.weightDecay(),
                mixture(config.betas()),
                config.numberPower(),
                config.ratePower());
        this.config = config;
        betas = betas(2, config.betas());
        notNegative("epsilon", config.epsilon());
        greatestLength = 2 / (1 - betas[1]) - 1;
        require(
                greatestLength > 4,
                "the second of betas has to be above 0.6, so that the second moment becomes reliable; got " + betas[1]);
        silent = silent();
    }

    @Override
    double rate(Pace pace) {
        double length = length(pace.number());
        return pace.rate() * (length > 4 ? rectification(length) : config.silent() ? 0 : 1);
    }

    /** How many gradients the second moment is an average of: rho in Liu et al. 2020. */
    private double length(long number) {
        double unseen = Math.pow(betas[1], number);
        return greatestLength - 2 * number * unseen / (1 - unseen);
    }

    /** By how much the variance of a step is greater than that of a long average. */
    private double rectification(double length) {
        double now = (length - 4) * (length - 2) / length;
        return Math.sqrt(now / ((greatestLength - 4) * (greatestLength - 2) / greatestLength));
    }

    /** How many updates come before the second moment is reliable. */
    private long silent() {
        return LongStream.iterate(1, number -> number + 1)
                        .filter(number -> length(number) > 4)
                        .findFirst()
                        .orElseThrow()
                - 1;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var state = new ArrayList<>(super.state(parameter, type));
        state.add(zeros("moment2", parameter, type));
        return state;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var moment2 = average(state.get(1), gradient.times(gradient), betas[1]);
        var deviation = deviation(moment2, betas[1], step).plus(config.epsilon());
        var isReliable = step.number().scalar(silent).less(step.number());
        var taken = isReliable.select(gradient.dividedBy(deviation), gradient);
        var direction = withDecay(parameter, taken, value, step);
        return new Update(y(value, state.get(0), direction, step), List.of(z(state.get(0), direction, step), moment2));
    }
}
