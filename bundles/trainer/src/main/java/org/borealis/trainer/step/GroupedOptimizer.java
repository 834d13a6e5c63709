package org.borealis.trainer.step;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.QkClip;
import org.borealis.train.Optimizer;

/**
 * Several optimizers, each for some of the parameters. A parameter belongs to the first group whose pattern fits its name, or else to
 * the optimizer of the rest, whose rate is shown and whose limit clips the gradient as a whole. Groups of one plug-in share the numbers
 * that it remembers of the run: they differ in settings only.
 */
public final class GroupedOptimizer implements Optimizer {
    private final List<Optimizer> rules;
    private final Map<String, Integer> ruleOf = new HashMap<>();

    /** Parameters whose names fit, and what trains them. */
    public record Group(String match, Optimizer optimizer) {}

    private GroupedOptimizer(Optimizer rest, List<Group> groups, List<Parameter> parameters) {
        rules = new ArrayList<>(List.of(rest));
        groups.forEach(group -> rules.add(group.optimizer()));
        for (var parameter : parameters) {
            int group = IntStream.range(0, groups.size())
                    .filter(i -> fits(groups.get(i).match(), parameter.name()))
                    .findFirst()
                    .orElse(-1);
            ruleOf.put(parameter.name(), group + 1);
        }
        for (int i = 0; i < groups.size(); i++) {
            requireUse(i, groups.get(i), parameters);
        }
        if (rest.rate() == 0
                && groups.stream().anyMatch(group -> group.optimizer().rate() != 0)) {
            throw new BorealisException(
                    "optimizer-groups", "optimizer.rate is 0, but a group's is not; give the rest a rate above 0");
        }
        var limits =
                rules.stream().map(Optimizer::qkClip).flatMap(Optional::stream).collect(Collectors.toSet());
        if (limits.size() > 1) {
            throw new BorealisException(
                    "optimizer-groups",
                    "optimizer.groups: two optimizers limit attention scores in different ways, " + limits
                            + "; a head has parameters of several groups, so give them one qkClip");
        }
        var observing = rules.stream()
                .map(Optimizer::observesEvery)
                .filter(every -> every > 0)
                .collect(Collectors.toSet());
        if (observing.size() > 1) {
            throw new BorealisException(
                    "optimizer-groups",
                    "optimizer.groups: two optimizers observe every " + observing + " updates; give them one number");
        }
    }

    /** The optimizer itself if there are no groups. */
    public static Optimizer of(Optimizer rest, List<Group> groups, List<Parameter> parameters) {
        return groups.isEmpty() ? rest : new GroupedOptimizer(rest, groups, parameters);
    }

    private void requireUse(int index, Group group, List<Parameter> parameters) {
        if (ruleOf.containsValue(index + 1)) {
            return;
        }
        boolean isTaken = parameters.stream().anyMatch(p -> fits(group.match(), p.name()));
        throw new BorealisException(
                "optimizer-groups",
                "optimizer.groups." + index + ": '" + group.match() + "' fits "
                        + (isTaken ? "only parameters that an earlier group has" : "no parameter")
                        + "; parameters are called "
                        + parameters.stream().map(Parameter::name).limit(8).collect(Collectors.joining(", ")) + " ..");
    }

    private static boolean fits(String pattern, String name) {
        var parts = List.of(pattern.split("\\*", -1));
        return Pattern.matches(parts.stream().map(Pattern::quote).collect(Collectors.joining(".*")), name);
    }

    private int index(Parameter parameter) {
        return Objects.requireNonNull(ruleOf.get(parameter.name()), parameter.name());
    }

    private Optimizer rule(Parameter parameter) {
        return rules.get(index(parameter));
    }

    /** A group's rate as a multiple of the rest's, which the schedule changes. */
    private double share(int index) {
        return rate() == 0 ? 1 : rules.get(index).rate() / rate();
    }

    @Override
    public double rate() {
        return rules.getFirst().rate();
    }

    @Override
    public double clip() {
        return rules.getFirst().clip();
    }

    @Override
    public List<State> state(Parameter parameter, DataType type) {
        return rule(parameter).state(parameter, type);
    }

    @Override
    public boolean isElementwise(Parameter parameter) {
        return rule(parameter).isElementwise(parameter);
    }

    @Override
    public List<String> kinds() {
        List<String> all = List.of("");
        for (var rule : distinct()) {
            var longer = new ArrayList<String>();
            all.forEach(kind -> rule.kinds().forEach(own -> longer.add(joined(kind, own))));
            all = longer;
        }
        return all;
    }

    @Override
    public String kind(long number) {
        return distinct().stream().map(rule -> rule.kind(number)).reduce("", GroupedOptimizer::joined);
    }

    /** Those that have several kinds; one at least. */
    private Set<Optimizer> distinct() {
        var several = rules.stream()
                .filter(rule -> rule.kinds().size() > 1)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return several.isEmpty() ? Set.of(rules.getFirst()) : several;
    }

    private static String joined(String kind, String own) {
        return kind.isEmpty() ? own : kind + "-" + own;
    }

    private Step step(int index, Step step) {
        var rule = rules.get(index);
        var kinds = List.of(step.kind().split("-"));
        int place = List.copyOf(distinct()).indexOf(rule);
        var numbers = new HashMap<String, Tensor>();
        rule.numbers().keySet().forEach(name -> numbers.put(name, step.get(name(first(index), name))));
        return new Step(
                place < 0 ? rule.kinds().getFirst() : kinds.get(place),
                step.number(),
                share(index) == 1 ? step.rate() : step.rate().times(share(index)),
                step.ramp(),
                numbers);
    }

    /** The first of the same plug-in. */
    private int first(int index) {
        return IntStream.range(0, index)
                .filter(i -> rules.get(i).getClass() == rules.get(index).getClass())
                .findFirst()
                .orElse(index);
    }

    private IntStream firsts() {
        return IntStream.range(0, rules.size()).filter(i -> first(i) == i);
    }

    private static String name(int index, String own) {
        return index + "." + own;
    }

    private static <T> Map<String, T> named(int index, Map<String, T> own) {
        var all = new LinkedHashMap<String, T>();
        own.forEach((name, value) -> all.put(name(index, name), value));
        return all;
    }

    private static Map<String, Double> own(int index, Map<String, Double> all) {
        var own = new HashMap<String, Double>();
        String prefix = name(index, "");
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                own.put(name.substring(prefix.length()), value);
            }
        });
        return own;
    }

    @Override
    public Map<String, Double> numbers() {
        var all = new HashMap<String, Double>();
        firsts().forEach(i -> all.putAll(named(i, rules.get(i).numbers())));
        return all;
    }

    @Override
    public Map<String, Tensor> sums(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        int index = index(parameter);
        return named(first(index), rules.get(index).sums(parameter, value, gradient, state, step(index, step)));
    }

    @Override
    public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        var all = new HashMap<String, Double>();
        firsts().forEach(i -> {
            var own = new Pace(pace.number(), pace.rate() * share(i), pace.decay());
            all.putAll(named(i, rules.get(i).numbers(own(i, before), own(i, sums), own)));
        });
        return all;
    }

    /** Heads have parameters of several groups: one limit is that of all. */
    @Override
    public Optional<QkClip> qkClip() {
        return rules.stream().map(Optimizer::qkClip).flatMap(Optional::stream).findFirst();
    }

    @Override
    public long observesEvery() {
        return rules.stream().mapToLong(Optimizer::observesEvery).max().orElse(0);
    }

    @Override
    public List<Tensor> observe(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Tensor labels) {
        return rule(parameter).observe(parameter, value, gradient, state, labels);
    }

    @Override
    public Tensor evaluated(Parameter parameter, Tensor value, List<Tensor> state) {
        return rule(parameter).evaluated(parameter, value, state);
    }

    @Override
    public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        int index = index(parameter);
        return rules.get(index).update(parameter, value, gradient, state, step(index, step));
    }
}
