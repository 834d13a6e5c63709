package org.borealis.optimizer.free;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Gradient descent that averages instead of lowering its rate (Defazio et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.schedulefreesgd",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=schedule-free-sgd")
@Designate(ocd = ScheduleFreeSgd.Config.class, factory = true)
public final class ScheduleFreeSgd extends ScheduleFree {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Schedule-Free SGD",
            description = "Gradient descent that averages instead of lowering its rate (Defazio et al. 2024).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1.0;

        @AttributeDefinition(
                description = "How much of the average is in where gradients are taken",
                min = "0",
                max = "1")
        double momentum() default 0.9;

        @AttributeDefinition(
                description = "How much of a matrix is added to its gradient; vectors do not decay",
                min = "0")
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

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private final long warmupSteps;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public ScheduleFreeSgd(Config config) {
        super(
                "schedule-free-sgd",
                config.rate(),
                config.clip(),
                config.weightDecay(),
                config.momentum(),
                config.numberPower(),
                config.ratePower());
        warmupSteps = config.warmupSteps();
    }

    @Override
    double rate(Pace pace) {
        return pace.rate() * risen(pace.number(), warmupSteps);
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var direction = withDecay(parameter, gradient, value, step);
        var z = state.get(0);
        return new Update(y(value, z, direction, step), List.of(z(z, direction, step)));
    }
}
