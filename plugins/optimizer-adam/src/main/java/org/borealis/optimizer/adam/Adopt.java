package org.borealis.optimizer.adam;

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

/** Adam that divides by the second moment of earlier gradients, and converges with any beta2 (Taniguchi et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adopt",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adopt")
@Designate(ocd = Adopt.Config.class, factory = true)
public final class Adopt extends Moments {

    /** Settings. */
    @ObjectClassDefinition(
            name = "ADOPT",
            description =
                    "Adam that divides by the second moment of earlier gradients, and converges with any beta2 (Taniguchi et al. 2024).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-3;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.9999};

        @AttributeDefinition(description = "Least root of the second moment", min = "0")
        double epsilon() default 1e-6;

        @AttributeDefinition(description = "Whether weight decay is apart from the gradient")
        boolean decoupled() default true;

        @AttributeDefinition(
                description =
                        "Share of a matrix that is taken off each step, or added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0.1;

        @AttributeDefinition(description = "Whether a step is limited to the fourth root of how many came before")
        boolean limit() default true;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private static final String FIRST = "first";

    private final Config config;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Adopt(Config config) {
        super("adopt", config.rate(), config.clip(), config.weightDecay(), config.betas(), config.epsilon());
        this.config = config;
    }

    @Override
    public List<String> kinds() {
        return List.of(FIRST, UPDATE);
    }

    @Override
    public String kind(long number) {
        return number == 1 ? FIRST : UPDATE;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = config.decoupled() ? gradient : withDecay(parameter, gradient, value, step);
        if (step.kind().equals(FIRST)) {
            return new Update(value, List.of(state.get(0), taken.times(taken)));
        }
        var deviation = state.get(1).sqrt();
        var moment1 =
                moment1(state.get(0), limited(taken.dividedBy(deviation.maximum(deviation.scalar(epsilon()))), step));
        var before = config.decoupled() ? decayed(parameter, value, step) : value;
        return new Update(before.minus(scaled(moment1, step.rate())), List.of(moment1, moment2(state.get(1), taken)));
    }

    private Tensor limited(Tensor normal, Step step) {
        if (!config.limit()) {
            return normal;
        }
        var limit = step.number().minus(1).power(0.25).as(normal.type().type());
        return normal.minimum(limit).maximum(limit.negate());
    }
}
