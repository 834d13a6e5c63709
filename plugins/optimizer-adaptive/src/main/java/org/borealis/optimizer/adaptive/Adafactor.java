package org.borealis.optimizer.adaptive;

import java.util.ArrayList;
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

/** Adam that remembers means of rows and columns instead of all squares (Shazeer and Stern 2018). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adafactor",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adafactor")
@Designate(ocd = Adafactor.Config.class, factory = true)
public final class Adafactor extends UpdateRule {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Adafactor",
            description =
                    "Adam that remembers means of rows and columns instead of all squares (Shazeer and Stern 2018).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-2;

        @AttributeDefinition(
                description =
                        "Whether the rate is a factor on min(1e-2, 1/sqrt(step)), the paper's rate, so that 1 means that")
        boolean relativeStep() default false;

        @AttributeDefinition(description = "Whether that rate rises by 1e-6 a step instead of beginning with 1e-2")
        boolean warmupInit() default false;

        @AttributeDefinition(description = "Whether the rate is multiplied by the root mean square of the parameter")
        boolean scaleParameter() default true;

        @AttributeDefinition(
                description = "Power of the step's number by which the average of squares gets slower, negative",
                max = "0")
        double decayRate() default -0.8;

        @AttributeDefinition(description = "Greatest root mean square of a step, before the rate", min = "0")
        double clipThreshold() default 1.0;

        @AttributeDefinition(
                description = "How much of the direction is kept from step to step; 0 remembers none",
                min = "0",
                max = "1")
        double beta1() default 0;

        @AttributeDefinition(description = "Added to each squared gradient", min = "0")
        double epsilon() default 1e-30;

        @AttributeDefinition(
                description = "Least root mean square of a parameter that its rate is multiplied by",
                min = "0")
        double leastScale() default 1e-3;

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private static final SquareAverage SQUARES = new SquareAverage("squares");

    private final Config config;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Adafactor(Config config) {
        super("adafactor", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        kept("beta1", config.beta1());
        notNegative("epsilon", config.epsilon());
        notNegative("leastScale", config.leastScale());
        require(config.clipThreshold() > 0, "clipThreshold has to be above 0; got " + config.clipThreshold());
        require(config.decayRate() <= 0, "decayRate has to be at most 0; got " + config.decayRate());
    }

    /** Steps are clipped by their mean. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return false;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var state = new ArrayList<>(SQUARES.state(parameter.shape(), type));
        if (config.beta1() > 0) {
            state.add(zeros("direction", parameter, type));
        }
        return state;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var kept = complement(step.number().power(config.decayRate()));
        var squares = SquareAverage.next(
                state, gradient.times(gradient).plus(config.epsilon()), (before, next) -> average(before, next, kept));
        var rate = rate(value, step);
        var change =
                scaled(SquareAverage.clipped(SquareAverage.normal(gradient, squares), config.clipThreshold()), rate);
        var next = new ArrayList<>(squares);
        if (config.beta1() > 0) {
            change = average(state.getLast(), change, config.beta1());
            next.add(change);
        }
        var before = decays(parameter) ? decayed(value, rate, step) : value;
        return new Update(before.minus(change), next);
    }

    /** Of a parameter. */
    private Tensor rate(Tensor value, Step step) {
        var rate = config.relativeStep() ? step.rate().times(relative(step.number())) : step.rate();
        if (!config.scaleParameter()) {
            return rate;
        }
        var size = SquareAverage.rootMeanSquare(value);
        return rate.times(size.maximum(size.scalar(config.leastScale())).as(DataType.FLOAT64));
    }

    private Tensor relative(Tensor number) {
        return number.rsqrt().minimum(config.warmupInit() ? number.times(1e-6) : number.scalar(1e-2));
    }
}
