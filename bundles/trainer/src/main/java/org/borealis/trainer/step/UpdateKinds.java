package org.borealis.trainer.step;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.QkClip;
import org.borealis.train.Optimizer;

/**
 * An optimizer for which to observe, and to go from the values that it trains to those that it is evaluated with and back, are kinds of
 * update like all others: whatever spreads, offloads or splits updates does so with these.
 *
 * <p>While the values to evaluate with are in the parameters' place, the trained ones are remembered as {@value #TRAINED}; so they are
 * in a checkpoint, and who reads it finds the parameters that the run was evaluated with.
 */
public final class UpdateKinds implements Optimizer {
    /** Takes in a gradient for labels that were drawn from the model. */
    public static final String OBSERVE = "observe";

    /** Puts the values to evaluate with into the parameters' place. */
    public static final String PUBLISH = "publish";

    /** Brings the trained values back. */
    public static final String RETURN = "return";

    private static final List<String> OWN = List.of(OBSERVE, PUBLISH, RETURN);
    private static final String LABELS = "labels";
    private static final String TRAINED = "trained";

    private final Optimizer rule;
    private final Set<String> elsewhere = new HashSet<>();

    private UpdateKinds(Optimizer rule, List<Parameter> parameters) {
        this.rule = rule;
        parameters.stream()
                .filter(this::evaluatesElsewhere)
                .map(Parameter::name)
                .forEach(elsewhere::add);
        var own = new HashSet<>(OWN);
        own.retainAll(rule.kinds());
        if (!own.isEmpty()) {
            throw new BorealisException(
                    "optimizer-kinds",
                    "an optimizer calls kinds of its updates " + own + ", which the trainer does too");
        }
    }

    /** The optimizer itself, if it neither observes nor evaluates elsewhere. */
    public static Optimizer of(Optimizer rule, List<Parameter> parameters) {
        var kinds = new UpdateKinds(rule, parameters);
        return rule.observesEvery() == 0 && kinds.elsewhere.isEmpty() ? rule : kinds;
    }

    private boolean evaluatesElsewhere(Parameter parameter) {
        var builder = new Program.Builder("evaluated");
        var type = DataType.FLOAT32;
        var value = builder.input("value", new TensorType(type, parameter.shape()));
        var state = rule.state(parameter, type).stream()
                .map(s -> builder.input(s.name(), s.type()))
                .toList();
        return !rule.evaluated(parameter, value, state).equals(value);
    }

    /** Whether updates of a kind are steps, made with the gradients of batches. */
    static boolean isStep(String kind) {
        return !OWN.contains(kind);
    }

    /** Numbers for an update of kind {@link #OBSERVE}. */
    static Map<String, Double> observing(Map<String, Double> numbers, double labels) {
        var all = new HashMap<>(numbers);
        all.put(LABELS, labels);
        return all;
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
        var state = new ArrayList<>(rule.state(parameter, type));
        if (elsewhere.contains(parameter.name())) {
            state.add(State.copy(TRAINED, new TensorType(type, parameter.shape())));
        }
        return state;
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return rule.isElementwise(parameter);
    }

    @Override
    public List<String> kinds() {
        var kinds = new ArrayList<>(rule.kinds());
        if (rule.observesEvery() > 0) {
            kinds.add(OBSERVE);
        }
        if (!elsewhere.isEmpty()) {
            kinds.addAll(List.of(PUBLISH, RETURN));
        }
        return kinds;
    }

    @Override
    public String kind(long number) {
        return rule.kind(number);
    }

    @Override
    public Map<String, Double> numbers() {
        return rule.observesEvery() > 0 ? observing(rule.numbers(), 0) : rule.numbers();
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        return rule.sums(parameter, value, gradient, own(parameter, state), step);
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        if (rule.observesEvery() == 0) {
            return rule.numbers(before, sums, pace);
        }
        var own = new HashMap<>(before);
        own.remove(LABELS);
        return observing(rule.numbers(own, sums, pace), 0);
    }

    @Override
    public Optional<QkClip> qkClip() {
        return rule.qkClip();
    }

    @Override
    public long observesEvery() {
        return rule.observesEvery();
    }

    /** What the rule itself remembers. */
    private List<Tensor> own(Parameter parameter, List<Tensor> state) {
        return elsewhere.contains(parameter.name()) ? state.subList(0, state.size() - 1) : state;
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        var own = own(parameter, state);
        var others = state.subList(own.size(), state.size());
        return switch (step.kind()) {
            case OBSERVE -> update(value, rule.observe(parameter, value, gradient, own, step.get(LABELS)), others);
            case PUBLISH ->
                update(rule.evaluated(parameter, value, own), own, others.isEmpty() ? List.of() : List.of(value));
            case RETURN -> update(others.isEmpty() ? value : others.getFirst(), own, others);
            default -> {
                var update = rule.update(parameter, value, gradient, own, step);
                yield update(update.value(), update.state(), others);
            }
        };
    }

    private static Update update(Tensor value, List<Tensor> own, List<Tensor> others) {
        var state = new ArrayList<>(own);
        state.addAll(others);
        return new Update(value, state);
    }
}
