package org.borealis.recipes.sample;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** A plug-in of the tests, with a setting of each type; it becomes a bundle of its own. */
@Component(
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        configurationPid = "sample.descent",
        property = Optimizer.NAME + "=descent")
@Designate(ocd = Descent.Config.class, factory = true)
public final class Descent implements Optimizer {
    @ObjectClassDefinition(name = "Descent")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step", min = "0", max = "10")
        double rate() default 1e-3;

        @AttributeDefinition(min = "0", max = "1")
        double[] betas() default {0.9, 0.95};

        double clip() default 0;

        @AttributeDefinition(description = "Steps between sweeps", min = "1")
        int sweep_every() default 10;

        long seed() default 5_000_000_000L;

        boolean nesterov() default false;

        @AttributeDefinition(options = {@Option("none"), @Option("rms")})
        String norm() default "none";

        String[] skip() default {};

        String remark() default "a, b \\ c";

        int[] ranks() default {1, 2};
    }

    private final Config config;

    @Activate
    public Descent(Config config) {
        if (config.remark().equals("fail")) {
            throw new BorealisException("sample-remark", "the remark is 'fail'\nso it fails; give another");
        }
        if (config.remark().equals("crash")) {
            throw new IllegalStateException("crashed");
        }
        this.config = config;
    }

    @Override
    public double rate() {
        return config.rate();
    }

    @Override
    public double clip() {
        return config.clip();
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return List.of();
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        throw new UnsupportedOperationException();
    }

    /** What the constructor got. */
    @Override
    public String toString() {
        return List.of(
                        config.rate(),
                        java.util.Arrays.toString(config.betas()),
                        config.clip(),
                        config.sweep_every(),
                        config.seed(),
                        config.nesterov(),
                        config.norm(),
                        List.of(config.skip()),
                        config.remark(),
                        java.util.Arrays.toString(config.ranks()))
                .toString();
    }
}
