package org.borealis.optimizer.matrix;

import java.util.List;
import java.util.Optional;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.NewtonSchulz;
import org.borealis.tensor.composite.QkClip;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Momentum whose matrices are made near-orthogonal (Jordan et al. 2024); vectors and tables get AdamW. */
@Component(
        configurationPid = "org.borealis.optimizer.muon",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=muon")
@Designate(ocd = Muon.Config.class, factory = true)
public final class Muon implements Optimizer {
    /** Of a matrix of random elements the update has about this root mean square, as AdamW's has (Liu et al. 2025, section 2.2). */
    private static final double ADAM_LENGTH = 0.2;

    /** Added to the length of a matrix; of the paper's code. */
    private static final double LENGTH_EPSILON = 1e-7;

    /** Settings. */
    @ObjectClassDefinition(
            name = "Muon",
            description =
                    "Momentum whose matrices are made near-orthogonal (Jordan et al. 2024); vectors and tables get AdamW.")
    public @interface Config {
        @AttributeDefinition(
                description = "Learning rate of matrices per step, before the schedule's factor",
                min = "0")
        double rate() default 0.02;

        @AttributeDefinition(description = "How much of the momentum is kept from step to step", min = "0", max = "1")
        double momentum() default 0.95;

        @AttributeDefinition(
                description = "Whether momentum is a running average of gradients; else it is their running sum")
        boolean average() default true;

        @AttributeDefinition(description = "Whether the gradient is mixed in once more")
        boolean nesterov() default true;

        @AttributeDefinition(description = "Newton-Schulz iterations", min = "1")
        int iterations() default 5;

        @AttributeDefinition(description = "Coefficients a, b and c of an iteration")
        double[] coefficients() default {3.4445, -4.7750, 2.0315};

        @AttributeDefinition(
                description = "Type that iterations compute in",
                options = {
                    @Option(label = "the parameter's", value = "parameter"),
                    @Option(label = "bfloat16", value = "bfloat16")
                })
        String precision() default "parameter";

        @AttributeDefinition(
                description = "What an update is multiplied with",
                options = {
                    @Option(label = "sqrt(max(1, rows / columns)), of Jordan", value = "spectral"),
                    @Option(label = "0.2 sqrt(max(rows, columns)), as long as AdamW's, of Moonlight", value = "adam"),
                    @Option(label = "1", value = "none")
                })
        String scale() default "spectral";

        @AttributeDefinition(description = "Share of a matrix that is taken off each step, per unit of rate", min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Names of matrices that get AdamW, in which a star stands for anything")
        String[] exclude() default {};

        @AttributeDefinition(
                description = "Whether embeddings, output tables and tables of positions count as matrices")
        boolean tables() default false;

        @AttributeDefinition(description = "AdamW's learning rate per step, before the schedule's factor", min = "0")
        double adam_rate() default 3e-4;

        @AttributeDefinition(
                description = "How much of the first and of the second moment AdamW keeps from step to step",
                min = "0",
                max = "1")
        double[] adam_betas() default {0.9, 0.95};

        @AttributeDefinition(description = "Added by AdamW to the root of the second moment", min = "0")
        double adam_epsilon() default 1e-10;

        @AttributeDefinition(
                description = "Whether it is added after the moment has been corrected, as in torch.optim; else before")
        boolean adam_correctsFirst() default true;

        @AttributeDefinition(description = "Share that AdamW takes off each step, per unit of its rate", min = "0")
        double adam_weightDecay() default 0;

        @AttributeDefinition(description = "Whether vectors decay as well")
        boolean decaysVectors() default false;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1;

        @AttributeDefinition(
                description =
                        "Greatest attention score: of a head beyond it, weights of queries and keys shrink after the update (MuonClip, Kimi Team 2025, which has 100); 0 means no limit",
                min = "0")
        double qkClip_threshold() default 0;

        @AttributeDefinition(
                description = "How much of that queries take, as an exponent; keys take the rest",
                min = "0",
                max = "1")
        double qkClip_alpha() default 0.5;
    }

    private final Config config;
    private final Matrices matrices;
    private final NewtonSchulz orthogonal;
    private final Moments adam;

    /** @throws org.borealis.tensor.BorealisException if coefficients are not three numbers, betas not two below 1, or a setting out of its range */
    @Activate
    public Muon(Config config) {
        this.config = config;
        var coefficients = config.coefficients();
        Requirement.that(
                coefficients.length == 3,
                "muon: coefficients have to be three numbers, such as [3.4445, -4.7750, 2.0315]; got "
                        + coefficients.length);
        Requirement.that(config.rate() > 0, "muon: rate has to be above 0; got " + config.rate());
        requireClip(config.qkClip_threshold(), config.qkClip_alpha());
        matrices = Matrices.of(config.exclude(), config.tables());
        orthogonal = new NewtonSchulz(
                config.iterations(), coefficients[0], coefficients[1], coefficients[2], LENGTH_EPSILON);
        adam = Moments.of(
                "muon: adam.betas", config.adam_betas(), config.adam_epsilon(), true, config.adam_correctsFirst());
    }

    private static void requireClip(double threshold, double alpha) {
        Requirement.that(threshold >= 0, "muon: qkClip.threshold has to be at least 0; got " + threshold);
        Requirement.that(alpha >= 0 && alpha <= 1, "muon: qkClip.alpha has to be from 0 to 1; got " + alpha);
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
    public Optional<QkClip> qkClip() {
        return config.qkClip_threshold() == 0
                ? Optional.empty()
                : Optional.of(new QkClip(config.qkClip_threshold(), config.qkClip_alpha()));
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return !matrices.have(parameter);
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var like = new TensorType(type, parameter.shape());
        return matrices.have(parameter) ? List.of(new State("momentum", like, 0)) : Moments.state(like);
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        if (!matrices.have(parameter)) {
            return adam(parameter, value, gradient, state, step);
        }
        double taken = config.average() ? 1 - config.momentum() : 1;
        var momentum = state.get(0).times(config.momentum()).plus(gradient.times(taken));
        var direction = config.nesterov() ? gradient.times(taken).plus(momentum.times(config.momentum())) : momentum;
        var kept = Moments.decayed(value, config.weightDecay(), step.rate(), step);
        return new Update(Moments.moved(kept, orthogonal(direction), step.rate()), List.of(momentum));
    }

    private Tensor orthogonal(Tensor direction) {
        var type = direction.type().type();
        var narrow = config.precision().equals("parameter") ? type : DataType.of(config.precision());
        double rows = direction.dim(-2);
        double columns = direction.dim(-1);
        double scale = switch (config.scale()) {
            case "spectral" -> Math.sqrt(Math.max(1, rows / columns));
            case "adam" -> ADAM_LENGTH * Math.sqrt(Math.max(rows, columns));
            default -> 1;
        };
        return direction.as(narrow).apply(orthogonal).get(0).as(type).times(scale);
    }

    private Update adam(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var rate = step.rate().times(config.adam_rate() / config.rate());
        double decay = parameter.decays() || config.decaysVectors() ? config.adam_weightDecay() : 0;
        var next = adam.next(gradient, state, step.number());
        var kept = Moments.decayed(value, decay, rate, step);
        return new Update(Moments.moved(kept, next.direction(), rate), next.state());
    }
}
