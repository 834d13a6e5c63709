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

/** AdamW without the steps that go against the present gradient (Liang et al. 2024). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.cautiousadamw",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=cautious-adamw")
@Designate(ocd = CautiousAdamW.Config.class, factory = true)
public final class CautiousAdamW extends Moments {

    /** Settings. */
    @ObjectClassDefinition(
            name = "Cautious AdamW",
            description = "AdamW without the steps that go against the present gradient (Liang et al. 2024).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 3e-4;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.95};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-6;

        @AttributeDefinition(description = "Whether both moments are corrected for their beginning at 0")
        boolean biasCorrection() default true;

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0.1;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    private final boolean correctsBias;

    /** @throws org.borealis.tensor.BorealisException if a setting is out of its range */
    @Activate
    public CautiousAdamW(Config config) {
        super("cautious-adamw", config.rate(), config.clip(), config.weightDecay(), config.betas(), config.epsilon());
        correctsBias = config.biasCorrection();
    }

    /** How many elements agree matters for all of them. */
    @Override
    public boolean isElementwise(Parameter parameter) {
        return false;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var moment1 = moment1(state.get(0), gradient);
        var moment2 = moment2(state.get(1), gradient);
        var agrees =
                moment1.fill(0).less(moment1.times(gradient)).as(value.type().type());
        var share = agrees.sum()
                .dividedBy(value.shape().elements())
                .maximum(agrees.scalar(1e-3)); // as the authors limit it
        var direction =
                moment1.times(agrees).dividedBy(share).dividedBy(moment2.sqrt().plus(epsilon()));
        return new Update(
                decayed(parameter, value, step).minus(scaled(direction, rate(step))), List.of(moment1, moment2));
    }

    private Tensor rate(Step step) {
        return correctsBias
                ? correctedRate(step).times(correction(beta2(), step.number()).sqrt())
                : step.rate();
    }
}
