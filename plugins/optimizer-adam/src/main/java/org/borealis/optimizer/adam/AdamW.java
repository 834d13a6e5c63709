package org.borealis.optimizer.adam;

import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019). */
@Component(
        service = Optimizer.class,
        configurationPid = "org.borealis.optimizer.adamw",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=adamw")
@Designate(ocd = AdamW.Config.class, factory = true)
public final class AdamW extends PlainAdam {

    /** Settings. */
    @ObjectClassDefinition(
            name = "AdamW",
            description = "Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 3e-4;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.95};

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(
                description = "Share of a matrix that is taken off each step, per unit of rate; vectors do not decay",
                min = "0")
        double weightDecay() default 0.1;

        @AttributeDefinition(
                description = "Whether the second moment that divides is the greatest so far (Reddi et al. 2018)")
        boolean amsgrad() default false;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1.0;
    }

    /** @throws org.borealis.tensor.BorealisException if betas are not two numbers below 1, or another setting is negative */
    @Activate
    public AdamW(Config config) {
        super(
                "adamw",
                config.rate(),
                config.clip(),
                config.weightDecay(),
                config.betas(),
                config.epsilon(),
                true,
                config.amsgrad());
    }
}
