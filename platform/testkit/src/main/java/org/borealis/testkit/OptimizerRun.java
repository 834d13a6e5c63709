package org.borealis.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.train.Optimizer.State;

/** Parameters on their way under an optimizer. */
final class OptimizerRun {
    private static final TensorType NUMBER = TensorType.of(DataType.FLOAT64);

    private final Runner runner;
    private final Optimizer optimizer;
    private final List<Track> tracks;
    private final TreeSet<String> sums = new TreeSet<>();
    private Map<String, Double> numbers;

    /** A parameter, its value, and what is remembered of it. */
    record Track(Parameter parameter, HostTensor value, List<HostTensor> state) {

        /** Before the first update. */
        static Track begin(Optimizer optimizer, Parameter parameter, HostTensor value) {
            var type = value.type().type();
            return new Track(
                    parameter,
                    value,
                    optimizer.state(parameter, type).stream()
                            .map(state -> initial(state, value))
                            .toList());
        }

        private static HostTensor initial(State state, HostTensor value) {
            return switch (state.initial()) {
                case State.Initial.Fill fill -> HostTensor.of(state.type(), fill.value());
                case State.Initial.Copy() -> HostTensor.fill(state.type(), value::get);
            };
        }

        private Track with(List<HostTensor> updated) {
            return new Track(parameter, updated.getFirst(), updated.subList(1, updated.size()));
        }
    }

    /** What a body is applied to: value, gradient, what is remembered, then number, rate and the optimizer's numbers. */
    private record Inputs(List<Tensor> in, int states, List<String> numbers) {
        Tensor value() {
            return in.get(0);
        }

        Tensor gradient() {
            return in.get(1);
        }

        List<Tensor> state() {
            return in.subList(2, 2 + states);
        }

        Optimizer.Step step(String kind) {
            var scalars = in.subList(2 + states, in.size());
            var tensors = new HashMap<String, Tensor>();
            for (int i = 0; i < numbers.size(); i++) {
                tensors.put(numbers.get(i), scalars.get(2 + i));
            }
            return new Optimizer.Step(kind, scalars.get(0), scalars.get(1), Optional.empty(), tensors);
        }
    }

    OptimizerRun(Runner runner, Optimizer optimizer, List<Track> tracks, Map<String, Double> numbers) {
        this.runner = runner;
        this.optimizer = optimizer;
        this.tracks = new ArrayList<>(tracks);
        this.numbers = numbers;
    }

    /** At its beginning. */
    static OptimizerRun of(Runner runner, Optimizer optimizer, Parameter parameter, HostTensor value) {
        return new OptimizerRun(
                runner, optimizer, List.of(Track.begin(optimizer, parameter, value)), optimizer.numbers());
    }

    Optimizer optimizer() {
        return optimizer;
    }

    List<Track> tracks() {
        return List.copyOf(tracks);
    }

    Map<String, Double> numbers() {
        return numbers;
    }

    /**
     * One update of all parameters, at the optimizer's own rate.
     *
     * @param gradient of a parameter at its present value
     */
    void step(long number, Function<Track, HostTensor> gradient) {
        var gradients = tracks.stream().map(gradient).toList();
        var pace = new Optimizer.Pace(number, optimizer.rate(), 1);
        var all = new HashMap<String, Double>();
        for (int i = 0; i < tracks.size() && !numbers.isEmpty(); i++) {
            addSums(all, tracks.get(i), gradients.get(i), number);
        }
        numbers = optimizer.numbers(numbers, all, pace);
        for (int i = 0; i < tracks.size(); i++) {
            tracks.set(i, updated(tracks.get(i), gradients.get(i), number));
        }
    }

    private void addSums(Map<String, Double> all, Track track, HostTensor gradient, long number) {
        var added = run("sums", track, gradient, number, in -> {
            var traced = new TreeMap<>(optimizer.sums(
                    track.parameter(),
                    in.value(),
                    in.gradient(),
                    in.state(),
                    in.step(optimizer.kinds().getFirst())));
            sums.addAll(traced.keySet()); // the same for all parameters
            return List.copyOf(traced.values());
        });
        int at = 0;
        for (var name : sums) {
            all.merge(name, added.get(at++).get(0), Double::sum);
        }
    }

    private Track updated(Track track, HostTensor gradient, long number) {
        var kind = optimizer.kind(number);
        return track.with(run(kind, track, gradient, number, in -> {
            var update = optimizer.update(track.parameter(), in.value(), in.gradient(), in.state(), in.step(kind));
            return Stream.concat(Stream.of(update.value()), update.state().stream())
                    .toList();
        }));
    }

    private List<HostTensor> run(
            String what, Track track, HostTensor gradient, long number, Function<Inputs, List<Tensor>> body) {
        var names = List.copyOf(new TreeSet<>(numbers.keySet()));
        var inputs = new ArrayList<>(List.of(track.value(), gradient));
        inputs.addAll(track.state());
        inputs.add(HostTensor.of(NUMBER, number));
        inputs.add(HostTensor.of(NUMBER, optimizer.rate()));
        names.forEach(name -> inputs.add(HostTensor.of(NUMBER, numbers.getOrDefault(name, 0.0))));
        return runner.run(
                what + "/" + track.parameter().name(),
                inputs,
                in -> body.apply(new Inputs(in, track.state().size(), names)));
    }

    /** Hands over a gradient for drawn labels. */
    void observe(double labels, Function<Track, HostTensor> gradient) {
        tracks.replaceAll(track -> {
            var inputs = new ArrayList<>(List.of(track.value(), gradient.apply(track)));
            inputs.addAll(track.state());
            inputs.add(HostTensor.of(NUMBER, labels));
            var state = runner.run(
                    "observe/" + track.parameter().name(),
                    inputs,
                    in -> optimizer.observe(
                            track.parameter(), in.get(0), in.get(1), in.subList(2, in.size() - 1), in.getLast()));
            return new Track(track.parameter(), track.value(), state);
        });
    }

    /** What a parameter is evaluated with. */
    HostTensor evaluated(Track track) {
        var inputs = new ArrayList<>(List.of(track.value()));
        inputs.addAll(track.state());
        return runner.run(
                        "evaluated/" + track.parameter().name(),
                        inputs,
                        in -> List.of(optimizer.evaluated(track.parameter(), in.getFirst(), in.subList(1, in.size()))))
                .getFirst();
    }
}
