package org.borealis.trainer.step;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/**
 * Traces the programs that an optimizer is made of.
 *
 * @param limit of attention scores
 * @param isRamped whether weight decay changes over the run
 * @param isOffloaded whether what the optimizer remembers is elsewhere between updates
 */
record UpdateTrace(
        Optimizer optimizer, Precision precision, Optional<ScoreLimit> limit, boolean isRamped, boolean isOffloaded) {
    private static final String NUMBERS = "numbers/";
    private static final String TOTAL = "total/";

    /** What an update by parts has of the optimizer's memory on the device at once, unless a single parameter has more. */
    private static final long MOST_STAGED = 32L << 20;

    /** A parameter in a program. */
    private record Entry(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> memory) {}

    /** Name of one of the optimizer's numbers in programs. */
    static String number(String name) {
        return NUMBERS + name;
    }

    /** Name of a sum over parameters in programs. */
    static String total(String name) {
        return TOTAL + name;
    }

    /** The other way round of {@link #total}. */
    static String sum(String total) {
        return total.substring(TOTAL.length());
    }

    /** Name of the programs that make updates of a kind. */
    static String name(String kind) {
        return kind.equals(Optimizer.UPDATE) ? StepTrace.UPDATE : StepTrace.UPDATE + "." + kind;
    }

    /** Scalars that these programs read and write, by name. */
    Map<String, TensorType> scalars() {
        var types = new LinkedHashMap<String, TensorType>();
        Stream.of(StepTrace.SCALE, StepTrace.NUMBER, StepTrace.RATE)
                .forEach(name -> types.put(name, StepTrace.NUMBER_TYPE));
        if (isRamped) {
            types.put(StepTrace.RAMP, StepTrace.NUMBER_TYPE);
        }
        names().forEach(name -> types.put(number(name), StepTrace.NUMBER_TYPE));
        return types;
    }

    private TreeSet<String> names() {
        return new TreeSet<>(optimizer.numbers().keySet());
    }

    /**
     * Scale the gradients and update these parameters with what is remembered of each, in place. Several programs, one after the other,
     * if the optimizer's memory is brought to the device for them.
     */
    List<Program> updates(String kind, List<Parameter> parameters) {
        return groups(parameters).stream().map(group -> update(kind, group)).toList();
    }

    /** What an update needs to know of all these parameters together; empty if that is nothing. */
    List<Program> sums(List<Parameter> parameters) {
        return optimizer.numbers().isEmpty()
                ? List.of()
                : groups(parameters).stream()
                        .map(this::sum)
                        .filter(program -> !program.outputs().isEmpty())
                        .toList();
    }

    /** The same on all ranks: by what whole tensors take. */
    private List<List<Parameter>> groups(List<Parameter> parameters) {
        if (!isOffloaded) {
            return List.of(parameters);
        }
        var groups = new ArrayList<List<Parameter>>();
        long staged = MOST_STAGED;
        for (var parameter : parameters) {
            long bytes = optimizer.state(parameter, precision.kept()).stream()
                    .mapToLong(s -> s.type().bytes())
                    .sum();
            if (staged + bytes > MOST_STAGED) {
                groups.add(new ArrayList<>());
                staged = 0;
            }
            groups.getLast().add(parameter);
            staged += bytes;
        }
        return groups;
    }

    private Program update(String kind, List<Parameter> parameters) {
        var builder = new Program.Builder(name(kind));
        var scalars = inputs(builder);
        var scores = limit.filter(_ -> UpdateKinds.isStep(kind))
                .map(each -> builder.input(StepTrace.SCORES, each.type(precision.wide())));
        var entries = entries(builder, parameters); // all inputs come before the first operation
        var step = step(kind, scalars);
        for (var entry : entries) {
            var made = optimizer.update(entry.parameter, entry.value, scaled(entry, scalars), entry.memory, step);
            var update = scores.flatMap(each -> limit.orElseThrow().factors(entry.parameter, each))
                    .map(factors -> Masters.times(made, factors))
                    .orElse(made);
            builder.replace(TrainState.parameter(entry.parameter), entry.value, update.value());
            var states = optimizer.state(entry.parameter, precision.kept());
            for (int i = 0; i < states.size(); i++) {
                var name = TrainState.memory(entry.parameter, states.get(i));
                builder.replace(name, entry.memory.get(i), update.state().get(i));
            }
        }
        return builder.build();
    }

    private Program sum(List<Parameter> parameters) {
        var builder = new Program.Builder(StepTrace.SUMS);
        var scalars = inputs(builder);
        var entries = entries(builder, parameters);
        var step = step(optimizer.kinds().getFirst(), scalars);
        var sums = new LinkedHashMap<String, Tensor>();
        for (var entry : entries) {
            optimizer
                    .sums(entry.parameter, entry.value, scaled(entry, scalars), entry.memory, step)
                    .forEach((name, sum) -> sums.merge(name, sum.as(DataType.FLOAT64), Tensor::plus));
        }
        sums.forEach((name, sum) -> builder.output(total(name), sum));
        return builder.build();
    }

    private Map<String, Tensor> inputs(Program.Builder builder) {
        var inputs = new LinkedHashMap<String, Tensor>();
        scalars().forEach((name, scalar) -> inputs.put(name, builder.input(name, scalar)));
        return inputs;
    }

    private List<Entry> entries(Program.Builder builder, List<Parameter> parameters) {
        var weights = new TracedWeights(builder, parameters, precision.kept());
        return parameters.stream()
                .map(p -> new Entry(
                        p,
                        weights.of(p),
                        builder.input(StepTrace.gradient(p), new TensorType(precision.gradients(), p.shape())),
                        optimizer.state(p, precision.kept()).stream()
                                .map(s -> builder.input(TrainState.memory(p, s), s.type()))
                                .toList()))
                .toList();
    }

    private Tensor scaled(Entry entry, Map<String, Tensor> scalars) {
        var type = precision.wide();
        return entry.gradient.as(type).times(get(scalars, StepTrace.SCALE).as(type));
    }

    private Optimizer.Step step(String kind, Map<String, Tensor> scalars) {
        var numbers = new LinkedHashMap<String, Tensor>();
        names().forEach(name -> numbers.put(name, get(scalars, number(name))));
        return new Optimizer.Step(
                kind,
                get(scalars, StepTrace.NUMBER),
                get(scalars, StepTrace.RATE),
                Optional.ofNullable(scalars.get(StepTrace.RAMP)),
                numbers);
    }

    private static Tensor get(Map<String, Tensor> scalars, String name) {
        return Objects.requireNonNull(scalars.get(name), name);
    }
}
