package org.borealis.optimizer.matrix;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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
import org.osgi.service.metatype.annotations.Option;

/** Shampoo by blocks, with steps as long as another optimizer's (Shi et al. 2023). */
@Component(
        configurationPid = "org.borealis.optimizer.distributed-shampoo",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=distributed-shampoo")
@Designate(ocd = DistributedShampoo.Config.class, factory = true)
public final class DistributedShampoo implements Optimizer {
    private static final String GRAFT = "graft";
    private static final String REFRESH = "refresh";
    private static final String COMMON = "common";

    /** Keeps a length that is divided by from being 0; of the original program. */
    private static final double TINY = 1e-16;

    /** Settings. */
    @ObjectClassDefinition(
            name = "Distributed Shampoo",
            description = "Shampoo by blocks, with steps as long as another optimizer's (Shi et al. 2023).")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 1e-3;

        @AttributeDefinition(
                description = "How much of the averaged gradient, and of the statistics, is kept from step to step;"
                        + " a second one of 1 sums statistics up",
                min = "0",
                max = "1")
        double[] betas() default {0.9, 0.95};

        @AttributeDefinition(description = "Added to the eigenvalues of statistics", min = "0")
        double epsilon() default 1e-10;

        @AttributeDefinition(description = "Whether averages are freed of the zeros that they began with")
        boolean correctsBias() default true;

        @AttributeDefinition(description = "Updates from one preconditioner to the next", min = "1")
        int every() default 20;

        @AttributeDefinition(
                description = "The first update with a preconditioner; those before are the graft's",
                min = "1")
        int start() default 20;

        @AttributeDefinition(description = "Greatest dim of a block", min = "1")
        int maxDim() default 1024;

        @AttributeDefinition(description = "Whether dims that make no more than that together are joined")
        boolean merges() default true;

        @AttributeDefinition(
                description = "Whose steps tell how long one is",
                options = {
                    @Option(label = "nobody's", value = "none"),
                    @Option(label = "SGD's", value = "sgd"),
                    @Option(label = "Adagrad's", value = "adagrad"),
                    @Option(label = "RMSprop's", value = "rmsprop"),
                    @Option(label = "Adam's", value = "adam")
                })
        String graft() default "adam";

        @AttributeDefinition(description = "How much of its squares the graft keeps", min = "0", max = "1")
        double graft_beta() default 0.95;

        @AttributeDefinition(description = "Added to the root of its squares", min = "0")
        double graft_epsilon() default 1e-8;

        @AttributeDefinition(description = "How much of the direction is kept from step to step", min = "0", max = "1")
        double momentum() default 0;

        @AttributeDefinition(description = "Whether the direction is mixed in once more")
        boolean nesterov() default false;

        @AttributeDefinition(description = "Share that is taken off each step, per unit of rate", min = "0")
        double weightDecay() default 0;

        @AttributeDefinition(description = "Whether that is apart from the gradient; else it is added to it")
        boolean decoupled() default true;

        @AttributeDefinition(description = "Whether vectors decay as well")
        boolean decaysVectors() default false;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1;
    }

    private final Config config;
    private final Grafting grafting;
    private final Preconditioner preconditioner;

    /** @throws org.borealis.tensor.BorealisException if betas are not two numbers, or if there is nothing to start with */
    @Activate
    public DistributedShampoo(Config config) {
        this.config = config;
        grafting = new Grafting(config.graft(), config.graft_beta(), config.graft_epsilon());
        Requirement.that(
                config.betas().length == 2 && config.betas()[0] >= 0 && config.betas()[0] < 1,
                "distributed-shampoo: betas have to be two numbers, the first less than 1, such as [0.9, 0.95]");
        Requirement.that(
                config.every() >= 1 && config.maxDim() >= 1,
                "distributed-shampoo: every and maxDim have to be at least 1; got " + config.every() + " and "
                        + config.maxDim());
        Requirement.that(
                config.start() <= 1 || grafting.isThere(),
                "distributed-shampoo: updates before start, " + config.start()
                        + ", are the graft's; with graft none, start has to be 1");
        preconditioner = new Preconditioner(config.betas()[1], config.epsilon(), config.correctsBias());
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
    public List<String> kinds() {
        var kinds = new ArrayList<String>();
        if (config.start() > 1) {
            kinds.add(GRAFT);
        }
        kinds.add(REFRESH);
        if (config.every() > 1) {
            kinds.add(COMMON);
        }
        return kinds;
    }

    @Override
    public String kind(long number) {
        if (number < config.start()) {
            return GRAFT;
        }
        return number == Math.max(1, config.start()) || number % config.every() == 0 ? REFRESH : COMMON;
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return false;
    }

    private Blocks blocks(Shape shape) {
        return new Blocks(config.merges() ? Blocks.merged(shape, config.maxDim()) : shape, config.maxDim());
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var like = new TensorType(type, parameter.shape());
        var states = new ArrayList<State>();
        states.add(new State("average", like, 0));
        states.addAll(grafting.state(like));
        var shapes = blocks(parameter.shape()).shapes();
        for (int block = 0; block < shapes.size(); block++) {
            Preconditioner.state(shapes.get(block), block, type).forEach(states::add);
        }
        if (config.momentum() != 0) {
            states.add(new State("momentum", like, 0));
        }
        return states;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor given, List<Tensor> state, Step step) {
        double weightDecay = parameter.decays() || config.decaysVectors() ? config.weightDecay() : 0;
        var gradient = config.decoupled() ? given : decayed(given, value, weightDecay, step);
        var before = state.iterator();
        var after = new ArrayList<Tensor>();
        var direction = preconditioned(gradient, before, after, step);
        if (config.decoupled()) {
            direction = decayed(direction, value, weightDecay, step);
        }
        if (before.hasNext()) {
            var momentum = before.next().times(config.momentum()).plus(direction);
            after.add(momentum);
            direction = config.nesterov() ? direction.plus(momentum.times(config.momentum())) : momentum;
        }
        return new Update(Moments.moved(value, direction, step.rate()), after);
    }

    private static Tensor decayed(Tensor direction, Tensor value, double weightDecay, Step step) {
        return weightDecay == 0
                ? direction
                : direction.plus(
                        value.times(step.decay(weightDecay).as(value.type().type())));
    }

    private Tensor preconditioned(Tensor gradient, Iterator<Tensor> before, List<Tensor> after, Step step) {
        var average = Moments.average(config.betas()[0], before.next(), gradient);
        after.add(average);
        var fair = config.correctsBias() ? Moments.corrected(average, config.betas()[0], step.number()) : average;
        var squares = grafting.next(gradient, before);
        after.addAll(squares);
        var blocks = blocks(gradient.shape());
        var gradients = blocks.of(gradient);
        var averages = blocks.of(fair);
        var grafts = blocks.of(grafting.direction(fair, squares, step.number()));
        var directions = new ArrayList<Tensor>();
        for (int i = 0; i < gradients.size(); i++) {
            var shampoo = preconditioner.direction(
                    averages.get(i), gradients.get(i), step.kind().equals(REFRESH), step.number(), before, after);
            directions.add(step.kind().equals(GRAFT) ? grafts.get(i) : asLong(shampoo, grafts.get(i)));
        }
        return blocks.joined(directions).reshape(gradient.shape());
    }

    private Tensor asLong(Tensor direction, Tensor graft) {
        return grafting.isThere()
                ? direction.times(length(graft).dividedBy(length(direction).plus(TINY)))
                : direction;
    }

    private static Tensor length(Tensor x) {
        return x.times(x).sum().sqrt();
    }
}
