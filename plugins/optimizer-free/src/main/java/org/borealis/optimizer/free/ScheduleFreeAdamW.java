package org.borealis.optimizer.free;

import java.util.ArrayList;
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

/** AdamW that averages instead of lowering its rate (Defazio et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.schedulefreeadamw",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=schedule-free-adamw")
@Designate(ocd = ScheduleFreeAdamW.Config.class, factory = true)
public final class ScheduleFreeAdamW extends ScheduleFree {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Schedule-Free AdamW",
            description = "AdamW that averages instead of lowering its rate (Defazio et al. 2024).")
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
                description = "Steps over which the rate rises from 0; the schedule can stay constant",
                min = "0")
        long warmupSteps() default 0;

        @AttributeDefinition(
                description = "Power of a step's number in its weight in the average: r in the paper",
                min = "0")
        double numberPower() default 0;

        @AttributeDefinition(
                description = "Power of the greatest rate so far in a step's weight in the average",
                min = "0")
        double ratePower() default 2;

        @AttributeDefinition(
                description = "How much of a momentum of gradients is kept from step to step; 0 means none",
                min = "0",
                max = "1")
        double innerMomentum() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private final Config config;
    private final double[] betas;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public ScheduleFreeAdamW(Config config) {
        super(
                "schedule-free-adamw",
                config.rate(),
                config.clip(),
                config.weightDecay(),
                mixture(config.betas()),
                config.numberPower(),
                config.ratePower());
        this.config = config;
        betas = betas(2, config.betas());
        notNegative("epsilon", config.epsilon());
        kept("innerMomentum", config.innerMomentum());
    }

    @Override
    double rate(Pace pace) {
        return pace.rate() * risen(pace.number(), config.warmupSteps());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var state = new ArrayList<>(super.state(parameter, type));
        state.add(zeros("moment2", parameter, type));
        if (config.innerMomentum() > 0) {
            state.add(zeros("moment1", parameter, type));
        }
        return state;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var moment2 = average(state.get(1), gradient.times(gradient), betas[1]);
        var deviation = deviation(moment2, betas[1], step).plus(config.epsilon());
        var next = new ArrayList<>(List.of(moment2));
        var taken = gradient;
        if (config.innerMomentum() > 0) {
            var moment1 = average(state.get(2), gradient, config.innerMomentum());
            next.add(moment1);
            taken = corrected(moment1, config.innerMomentum(), step);
        }
        var direction = withDecay(parameter, taken.dividedBy(deviation), value, step);
        next.addFirst(z(state.get(0), direction, step));
        return new Update(y(value, state.get(0), direction, step), next);
    }
}
