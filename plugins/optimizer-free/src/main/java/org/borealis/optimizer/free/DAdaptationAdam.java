package org.borealis.optimizer.free;

import java.util.List;
import java.util.Map;
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

/** Adam that finds its rate from a lower bound of the distance to the solution (Defazio and Mishchenko 2023). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.dadaptationadam",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=d-adaptation-adam")
@Designate(ocd = DAdaptationAdam.Config.class, factory = true)
public final class DAdaptationAdam extends DistanceRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "D-Adaptation Adam",
            description =
                    "Adam that finds its rate from a lower bound of the distance to the solution (Defazio and Mishchenko 2023).")
    public @interface Config {
        @AttributeDefinition(description = "Factor on the rate that is found, before the schedule's factor", min = "0")
        double rate() default 1.0;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(
                description =
                        "Share of a matrix that is taken off per unit of the rate, or added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Whether weight decay is apart from the gradient")
        boolean decoupled() default false;

        @AttributeDefinition(description = "Whether both moments are corrected for their beginning at 0")
        boolean biasCorrection() default false;

        @AttributeDefinition(
                description = "Estimate of the distance to the solution to begin with; below the true one",
                min = "0")
        double d0() default 1e-6;

        @AttributeDefinition(
                description = "Greatest factor by which the estimate grows in a step; 0 means no limit",
                min = "0")
        double growthRate() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private static final String LED = "led";
    private static final String LENGTH = "length";

    private final double growthRate;
    private final double kept;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public DAdaptationAdam(Config config) {
        super(
                "d-adaptation-adam",
                config.rate(),
                config.clip(),
                config.weightDecay(),
                config.betas(),
                config.epsilon(),
                config.d0(),
                config.decoupled(),
                config.biasCorrection());
        growthRate = config.growthRate();
        require(growthRate == 0 || growthRate >= 1, "growthRate has to be 0 or at least 1; got " + growthRate);
        kept = Math.sqrt(beta2());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of(
                zeros("moment1", parameter, type),
                zeros("moment2", parameter, type),
                zeros("gradients", parameter, type));
    }

    @Override
    public Map<String, Double> numbers() {
        return Map.of(DISTANCE, first(), PREVIOUS, first(), NUMERATOR, 0.0);
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = taken(parameter, gradient, value, step);
        var deviation = state.get(1).sqrt().plus(epsilon());
        var led = taken.times(state.get(2).dividedBy(deviation)).sum();
        var gradients = gradients(state.get(2), taken, rate(step.get(DISTANCE), step));
        return Map.of(LED, led, LENGTH, gradients.abs().sum());
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        double d = before.getOrDefault(DISTANCE, first());
        double length = sums.getOrDefault(LENGTH, 0.0);
        double numerator = before.getOrDefault(NUMERATOR, 0.0);
        if (length == 0) {
            return Map.of(DISTANCE, d, PREVIOUS, d, NUMERATOR, numerator);
        }
        double led = rate(d, pace) * sums.getOrDefault(LED, 0.0);
        numerator = kept * numerator + (1 - kept) * led;
        double estimate = numerator / ((1 - kept) * length);
        double limited = growthRate == 0 ? estimate : Math.min(estimate, d * growthRate);
        return Map.of(DISTANCE, Math.max(d, limited), PREVIOUS, d, NUMERATOR, numerator);
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var rate = rate(step.get(PREVIOUS), step);
        var taken = taken(parameter, gradient, value, step);
        var moment1 = state.get(0).times(beta1()).plus(scaled(taken, rate.times(1 - beta1())));
        var moment2 = average(state.get(1), taken.times(taken), beta2());
        var change = moment1.dividedBy(moment2.sqrt().plus(epsilon()));
        return new Update(
                before(parameter, value, rate, step).minus(change),
                List.of(moment1, moment2, gradients(state.get(2), taken, rate)));
    }

    /** A moving average of gradients times rates: s in the paper. */
    private Tensor gradients(Tensor before, Tensor taken, Tensor rate) {
        return before.times(kept).plus(scaled(taken, rate.times(1 - kept)));
    }
}
