package org.borealis.trainer.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.QkClip;
import org.borealis.train.Optimizer;

/**
 * An optimizer for parameters that are kept in 16 bits, in which small updates would be lost (Micikevicius et al. 2018): it remembers
 * each in float32 too, has the rule update that, and gives what is rounded from it as the parameter. So whatever spreads, offloads or
 * saves what an optimizer remembers does so with the masters.
 */
final class Masters implements Optimizer {
    private static final String MASTER = "master";

    private final Optimizer rule;

    private Masters(Optimizer rule) {
        this.rule = rule;
    }

    /**
     * The rule itself, if parameters are kept as wide as it computes.
     *
     * @param kept type of the parameters
     */
    static Optimizer of(Optimizer rule, DataType kept) {
        return kept == kept.accumulator() ? rule : new Masters(rule);
    }

    @Override
    public double rate() {
        return rule.rate();
    }

    @Override
    public double clip() {
        return rule.clip();
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        var state = new ArrayList<>(rule.state(parameter, type.accumulator()));
        state.add(State.copy(MASTER, new TensorType(type.accumulator(), parameter.shape())));
        return state;
    }

    /** @param gradient of the master's type or the parameter's */
    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var update = rule.update(parameter, master(state), wide(gradient), own(state), step);
        return new Update(update.value().as(value.type().type()), with(update.state(), update.value()));
    }

    /** An update with the new value times {@code factors}, and the master, if there is one. */
    static Update times(Update update, Tensor factors) {
        var type = update.value().type().type();
        if (type == type.accumulator()) {
            return new Update(update.value().times(factors), update.state());
        }
        var master = master(update.state()).times(factors);
        return new Update(master.as(type), with(own(update.state()), master));
    }

    private static Tensor master(List<Tensor> state) {
        return state.getLast();
    }

    /** What the rule remembers itself. */
    private static List<Tensor> own(List<Tensor> state) {
        return state.subList(0, state.size() - 1);
    }

    private static List<Tensor> with(List<Tensor> own, Tensor master) {
        var state = new ArrayList<>(own);
        state.add(master);
        return state;
    }

    private static Tensor wide(Tensor gradient) {
        return gradient.as(gradient.type().type().accumulator());
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return rule.isElementwise(parameter);
    }

    @Override
    public List<String> kinds() {
        return rule.kinds();
    }

    @Override
    public String kind(long number) {
        return rule.kind(number);
    }

    @Override
    public Map<String, Double> numbers() {
        return rule.numbers();
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        return rule.sums(parameter, master(state), wide(gradient), own(state), step);
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        return rule.numbers(before, sums, pace);
    }

    @Override
    public long observesEvery() {
        return rule.observesEvery();
    }

    @Override
    public List<Tensor> observe(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Tensor labels) {
        return with(rule.observe(parameter, master(state), wide(gradient), own(state), labels), master(state));
    }

    @Override
    public Optional<QkClip> qkClip() {
        return rule.qkClip();
    }

    @Override
    public Tensor evaluated(Parameter parameter, Tensor value, List<Tensor> state) {
        return rule.evaluated(parameter, master(state), own(state))
                .as(value.type().type());
    }
}
