package org.borealis.optimizer.adam;

import java.util.List;
import java.util.Map;
import org.borealis.model.Parameter;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Adam with the momentum of Nesterov (Dozat 2016). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.nadam",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=nadam")
@Designate(ocd = NAdam.Config.class, factory = true)
public final class NAdam extends Moments {

    /** Settings. */
    @ObjectClassDefinition(name = "NAdam", description = "Adam with the momentum of Nesterov (Dozat 2016).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 2e-3;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.999};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(description = "How fast the momentum comes to its final value, beta1", min = "0")
        double momentumDecay() default 0.004;

        @AttributeDefinition(
                description = "How much of a matrix is added to its gradient; vectors do not decay",
                min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(
                description =
                        "Whether an update's momentum counts twice in what corrects its first moment, as in torch.optim.NAdam up to 1.13")
        boolean countsTwice() default false;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private static final String MOMENTUM = "momentum";
    private static final String NEXT_MOMENTUM = "nextMomentum";

    /** Of all momenta so far. */
    private static final String PRODUCT = "product";

    private final double momentumDecay;
    private final boolean countsTwice;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public NAdam(Config config) {
        super("nadam", config.rate(), config.clip(), config.weightDecay(), config.betas(), config.epsilon());
        momentumDecay = notNegative("momentumDecay", config.momentumDecay());
        countsTwice = config.countsTwice();
    }

    /** Of an update: mu in the paper. */
    private double momentum(long number) {
        return beta1() * (1 - 0.5 * Math.pow(0.96, number * momentumDecay)); // Dozat 2016, section 3.2
    }

    @Override
    public Map<String, Double> numbers() {
        return Map.of(MOMENTUM, 1.0, NEXT_MOMENTUM, 1.0, PRODUCT, 1.0);
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        double momentum = momentum(pace.number());
        double product = before.getOrDefault(PRODUCT, 1.0) * momentum;
        return Map.of(MOMENTUM, momentum, NEXT_MOMENTUM, momentum(pace.number() + 1), PRODUCT, product);
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var taken = withDecay(parameter, gradient, value, step);
        var moment1 = moment1(state.get(0), taken);
        var moment2 = moment2(state.get(1), taken);
        var momentum = step.get(MOMENTUM);
        var product = step.get(PRODUCT);
        var ofGradient = complement(momentum).dividedBy(complement(product));
        var next = step.get(NEXT_MOMENTUM);
        var ahead = countsTwice ? product.times(momentum) : product;
        var ofMoment = next.dividedBy(complement(ahead.times(next)));
        var direction =
                scaled(taken, ofGradient).plus(scaled(moment1, ofMoment)).dividedBy(deviation(moment2, step));
        return new Update(value.minus(scaled(direction, step.rate())), List.of(moment1, moment2));
    }
}
