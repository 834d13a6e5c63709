package org.borealis.optimizer.free;

import java.util.List;
import java.util.Map;
import org.borealis.model.Parameter;
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

/** Adam that finds its rate from how far gradients have led (Mishchenko and Defazio 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.prodigy",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=prodigy")
@Designate(ocd = Prodigy.Config.class, factory = true)
public final class Prodigy extends DistanceRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Prodigy",
            description = "Adam that finds its rate from how far gradients have led (Mishchenko and Defazio 2024).")
    public @interface Config {
        @AttributeDefinition(description = "Factor on the rate that is found, before the schedule's factor", min = "0")
        double rate() default 1.0;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999};

        @AttributeDefinition(
                description =
                        "How much of the estimate is kept from step to step; 0 means the root of the second of betas",
                min = "0",
                max = "1")
        double beta3() default 0;

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(
                description =
                        "Share of a matrix that is taken off per unit of the rate, or added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Whether weight decay is apart from the gradient")
        boolean decoupled() default true;

        @AttributeDefinition(description = "Whether both moments are corrected for their beginning at 0")
        boolean biasCorrection() default false;

        @AttributeDefinition(description = "Whether the rate is left out of the divisor of the estimate, for warm-up")
        boolean safeguardWarmup() default false;

        @AttributeDefinition(
                description = "Estimate of the distance to the solution to begin with; below the true one",
                min = "0")
        double d0() default 1e-6;

        @AttributeDefinition(description = "Factor on the estimate", min = "0")
        double coefficient() default 1.0;

        @AttributeDefinition(
                description = "Greatest factor by which the estimate grows in a step; 0 means no limit",
                min = "0")
        double growthRate() default 0;

        @AttributeDefinition(description = "The estimate looks at every so many-th element", min = "1")
        int slice() default 1;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private static final String GREATEST = "greatestD";
    private static final String LED = "led";
    private static final String DENOMINATOR = "denominator";

    private final Config config;
    private final double beta3;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Prodigy(Config config) {
        super(
                "prodigy",
                config.rate(),
                config.clip(),
                config.weightDecay(),
                config.betas(),
                config.epsilon(),
                config.d0(),
                config.decoupled(),
                config.biasCorrection());
        this.config = config;
        beta3 = config.beta3() == 0 ? Math.sqrt(beta2()) : kept("beta3", config.beta3());
        notNegative("coefficient", config.coefficient());
        require(
                config.growthRate() == 0 || config.growthRate() >= 1,
                "growthRate has to be 0 or at least 1; got " + config.growthRate());
        require(config.slice() >= 1, "slice has to be at least 1; got " + config.slice());
    }

    /** Which elements the estimate looks at depends on where they are. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return config.slice() == 1;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        int slice = config.slice();
        var looked = slice == 1
                ? parameter.shape()
                : Shape.of((int) ((parameter.shape().elements() + slice - 1) / slice), 1);
        return List.of(
                zeros("moment1", parameter, type),
                zeros("moment2", parameter, type),
                new State("gradients", new TensorType(type, looked), 0),
                State.copy("first", new TensorType(type, parameter.shape())));
    }

    @Override
    public Map<String, Double> numbers() {
        return Map.of(DISTANCE, first(), PREVIOUS, first(), GREATEST, first(), NUMERATOR, 0.0);
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = taken(parameter, gradient, value, step);
        var led = sliced(taken).times(sliced(state.get(3).minus(value))).sum();
        var gradients = gradients(state.get(2), taken, step.get(DISTANCE), step);
        return Map.of(LED, led, DENOMINATOR, gradients.abs().sum());
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        double d = before.getOrDefault(DISTANCE, first());
        double denominator = sums.getOrDefault(DENOMINATOR, 0.0);
        double numerator = before.getOrDefault(NUMERATOR, 0.0);
        double greatest = before.getOrDefault(GREATEST, first());
        if (denominator == 0) {
            return Map.of(DISTANCE, d, PREVIOUS, d, GREATEST, greatest, NUMERATOR, numerator);
        }
        double led = sums.getOrDefault(LED, 0.0);
        numerator = beta3 * numerator + d / first() * rate(d, pace) * led;
        double estimate = config.coefficient() * numerator / denominator;
        greatest = Math.max(greatest, estimate);
        double next = d == first() ? Math.max(d, estimate) : d;
        next = config.growthRate() == 0 ? greatest : Math.min(greatest, next * config.growthRate());
        return Map.of(DISTANCE, next, PREVIOUS, d, GREATEST, greatest, NUMERATOR, numerator);
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var d = step.get(PREVIOUS);
        var taken = taken(parameter, gradient, value, step);
        var moment1 = state.get(0).times(beta1()).plus(scaled(taken, d.times(1 - beta1())));
        var moment2 = state.get(1)
                .times(beta2())
                .plus(scaled(taken.times(taken), d.times(d).times(1 - beta2())));
        var deviation = moment2.sqrt()
                .plus(step.get(DISTANCE).times(epsilon()).as(value.type().type()));
        var rate = rate(d, step);
        return new Update(
                before(parameter, value, rate, step).minus(scaled(moment1.dividedBy(deviation), rate)),
                List.of(moment1, moment2, gradients(state.get(2), taken, d, step), state.get(3)));
    }

    /** A weighted sum of gradients: s in the paper. */
    private Tensor gradients(Tensor before, Tensor taken, Tensor d, Step step) {
        var weight = config.safeguardWarmup() ? d : rate(d, step);
        return before.times(beta3)
                .plus(scaled(sliced(taken), d.dividedBy(first()).times(weight)));
    }

    private Tensor sliced(Tensor x) {
        int slice = config.slice();
        if (slice == 1) {
            return x;
        }
        int elements = (int) x.shape().elements();
        int missing = (slice - elements % slice) % slice;
        var flat = x.reshape(elements);
        var whole = missing == 0 ? flat : flat.concatenate(0, flat.scalar(0).stretch(Shape.of(missing)));
        return whole.reshape((elements + missing) / slice, slice).slice(1, 0, 1);
    }
}
