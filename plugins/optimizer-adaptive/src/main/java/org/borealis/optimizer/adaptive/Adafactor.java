package org.borealis.optimizer.adaptive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
                description =
                        "Names of all parameters, in the order in which each multiplies the rate of itself, of those behind it and of all later steps by its root mean square, as in fairseq; none: the rate is multiplied by each parameter's own only")
        String[] compounding() default {};

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 0;
    }

    private static final SquareAverage SQUARES = new SquareAverage("squares");

    private final Config config;
    private final List<String> compounding;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public Adafactor(Config config) {
        super("adafactor", config.rate(), config.clip(), config.weightDecay());
        this.config = config;
        compounding = List.of(config.compounding());
        kept("beta1", config.beta1());
        notNegative("epsilon", config.epsilon());
        notNegative("leastScale", config.leastScale());
        require(config.clipThreshold() > 0, "clipThreshold has to be above 0; got " + config.clipThreshold());
        require(config.decayRate() <= 0, "decayRate has to be at most 0; got " + config.decayRate());
        require(
                compounding.isEmpty() || config.scaleParameter() && !config.relativeStep(),
                "compounding needs scaleParameter, and a rate that is no relativeStep");
        require(
                compounding.size() == new HashSet<>(compounding).size(),
                "compounding names a parameter twice: " + compounding);
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
    public Map<String, Double> numbers() {
        var numbers = new HashMap<String, Double>();
        compounding.forEach(name -> numbers.put(factor(name), 1.0));
        return numbers;
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var sums = new HashMap<String, Tensor>();
        compounding.forEach(
                name -> sums.put(factor(name), name.equals(parameter.name()) ? size(value) : value.scalar(0)));
        return sums;
    }

    /** The rate's factors, parameter by parameter; the last one's is where the next step begins. */
    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        var numbers = new HashMap<String, Double>();
        double factor = compounding.isEmpty() ? 1 : before.getOrDefault(factor(compounding.getLast()), 1.0);
        for (var name : compounding) {
            double size = sums.getOrDefault(factor(name), 0.0);
            require(size > 0, "compounding names '" + name + "', which is no parameter of this optimizer");
            factor *= size;
            numbers.put(factor(name), factor);
        }
        return numbers;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var kept = complement(step.number().power(config.decayRate()));
        var squares = SquareAverage.next(
                state, gradient.times(gradient).plus(config.epsilon()), (before, next) -> average(before, next, kept));
        var rate = rate(parameter, value, step);
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
    private Tensor rate(Parameter parameter, Tensor value, Step step) {
        var rate = config.relativeStep() ? step.rate().times(relative(step.number())) : step.rate();
        if (!config.scaleParameter()) {
            return rate;
        }
        if (compounding.isEmpty()) {
            return rate.times(size(value).as(DataType.FLOAT64));
        }
        require(compounding.contains(parameter.name()), "compounding leaves out '" + parameter.name() + "'");
        return rate.times(step.get(factor(parameter.name())));
    }

    /** What the rate of a parameter is multiplied by. */
    private Tensor size(Tensor value) {
        var size = SquareAverage.rootMeanSquare(value);
        return size.maximum(size.scalar(config.leastScale()));
    }

    /** The number that is remembered for a parameter. */
    private String factor(String name) {
        return "factor" + compounding.indexOf(name);
    }

    private Tensor relative(Tensor number) {
        return number.rsqrt().minimum(config.warmupInit() ? number.times(1e-6) : number.scalar(1e-2));
    }
}
