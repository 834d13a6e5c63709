package org.borealis.optimizer.matrix;

import java.util.ArrayList;
import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Adam in the eigenbases of Shampoo's statistics (Vyas et al. 2025). The first update only gathers these. */
@Component(
        configurationPid = "org.borealis.optimizer.soap",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Optimizer.NAME + "=soap")
@Designate(ocd = Soap.Config.class, factory = true)
public final class Soap implements Optimizer {
    private static final String FIRST = "first";
    private static final String COMMON = "common";
    private static final String REFRESH = "refresh";

    /** Keeps a division from 0/0; of the original program. */
    private static final double TINY = 1e-30;

    /** Settings. */
    @ObjectClassDefinition(name = "SOAP", description = "Adam in the eigenbases of Shampoo's statistics.")
    public @interface Config {
        @AttributeDefinition(description = "Learning rate per step, before the schedule's factor", min = "0")
        double rate() default 3e-3;

        @AttributeDefinition(
                description = "How much of the first and of the second moment is kept from step to step",
                min = "0",
                max = "1")
        double[] betas() default {0.95, 0.95};

        @AttributeDefinition(
                description = "How much of the statistics is kept from step to step; below 0 as of the second moment",
                max = "1")
        double statisticsBeta() default -1;

        @AttributeDefinition(description = "Added to the root of the second moment", min = "0")
        double epsilon() default 1e-8;

        @AttributeDefinition(description = "Whether moments are freed of the zeros that they began with")
        boolean correctsBias() default true;

        @AttributeDefinition(description = "Updates from one eigenbasis to the next", min = "1")
        int every() default 10;

        @AttributeDefinition(description = "Greatest dim that has an eigenbasis", min = "1")
        int maxDim() default 10_000;

        @AttributeDefinition(description = "Whether vectors have one, too")
        boolean vectors() default false;

        @AttributeDefinition(description = "Whether an update's root mean square is made the rate")
        boolean normalises() default false;

        @AttributeDefinition(description = "Share that is taken off each step, per unit of rate", min = "0")
        double weightDecay() default 0.01;

        @AttributeDefinition(description = "Whether vectors decay as well")
        boolean decaysVectors() default false;

        @AttributeDefinition(description = "Greatest global norm of the gradient; 0 means no limit", min = "0")
        double clip() default 1;
    }

    private final Config config;
    private final Moments moments;
    private final double beta;

    /** @throws org.borealis.tensor.BorealisException if betas are not two numbers below 1, or every is not above 0 */
    @Activate
    public Soap(Config config) {
        this.config = config;
        moments = Moments.of("soap: betas", config.betas(), config.epsilon(), false, false);
        beta = config.statisticsBeta() < 0 ? moments.beta2() : config.statisticsBeta();
        Requirement.that(config.every() >= 1, "soap: every has to be at least 1; got " + config.every());
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
        return List.of(FIRST, COMMON, REFRESH);
    }

    @Override
    public String kind(long number) {
        if (number == 1) {
            return FIRST;
        }
        return (number - 1) % config.every() == 0 ? REFRESH : COMMON;
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return dims(parameter).isEmpty();
    }

    /** Dims that have an eigenbasis. */
    private List<Integer> dims(Parameter parameter) {
        var dims = new ArrayList<Integer>();
        int rank = parameter.shape().rank();
        for (int dim = 0; dim < rank; dim++) {
            if (parameter.shape().dim(dim) <= config.maxDim() && (rank == 2 || rank == 1 && config.vectors())) {
                dims.add(dim);
            }
        }
        return dims;
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var states = new ArrayList<>(Moments.state(new TensorType(type, parameter.shape())));
        for (int dim : dims(parameter)) {
            int size = parameter.shape().dim(dim);
            states.add(new State("statistics" + dim, TensorType.of(type, size, size), 0));
            states.add(new State("basis" + dim, TensorType.of(type, size, size), 0));
        }
        return states;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var sides = new Sides(dims(parameter), value.shape(), state.subList(2, state.size()));
        var statistics = sides.statistics(gradient, beta);
        var bases = sides.bases();
        if (step.kind().equals(FIRST)) {
            return new Update(
                    value,
                    Sides.state(
                            state.subList(0, 2),
                            statistics,
                            statistics.stream().map(Eigenbasis::of).toList()));
        }
        var number = step.number().minus(1);
        var next = moments.next(sides.into(gradient, bases), state.subList(0, 2), number);
        var moved = moved(parameter, value, sides.outOf(next.direction(), bases), number, step);
        if (!step.kind().equals(REFRESH)) {
            return new Update(moved, Sides.state(next.state(), statistics, bases));
        }
        var refreshed = sides.refreshed(statistics);
        var fresh = refreshed.stream().map(Eigenbasis.Next::basis).toList();
        var first = sides.into(sides.outOf(next.state().get(0), bases), fresh);
        var second = sides.reordered(next.state().get(1), refreshed);
        return new Update(moved, Sides.state(List.of(first, second), statistics, fresh));
    }

    private Tensor moved(Parameter parameter, Tensor value, Tensor direction, Tensor number, Step step) {
        if (config.normalises()) {
            double share = 1.0 / direction.shape().elements();
            direction = direction.dividedBy(
                    direction.times(direction).sum().times(share).sqrt().plus(TINY));
        }
        var rate = config.correctsBias() ? step.rate().times(moments.correction(number)) : step.rate();
        double decay = parameter.decays() || config.decaysVectors() ? config.weightDecay() : 0;
        return Moments.decayed(Moments.moved(value, direction, rate), decay, step.rate(), step);
    }
}
