package org.borealis.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.train.Optimizer.State;

/** Parameters on their way under an optimizer: updates run at once, without a compiler. */
final class OptimizerRun {
    private static final TensorType NUMBER = TensorType.of(DataType.FLOAT64);

    private final Device device;
    private final Optimizer optimizer;
    private final List<Track> tracks;
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
    }

    OptimizerRun(Device device, Optimizer optimizer, List<Track> tracks, Map<String, Double> numbers) {
        this.device = device;
        this.optimizer = optimizer;
        this.tracks = new ArrayList<>(tracks);
        this.numbers = numbers;
    }

    /** At its beginning. */
    static OptimizerRun of(Device device, Optimizer optimizer, Parameter parameter, HostTensor value) {
        return new OptimizerRun(
                device, optimizer, List.of(Track.begin(optimizer, parameter, value)), optimizer.numbers());
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
        var sums = new HashMap<String, Double>();
        for (int i = 0; i < tracks.size() && !numbers.isEmpty(); i++) {
            addSums(sums, tracks.get(i), gradients.get(i), number);
        }
        numbers = optimizer.numbers(numbers, sums, pace);
        for (int i = 0; i < tracks.size(); i++) {
            tracks.set(i, updated(tracks.get(i), gradients.get(i), number));
        }
    }

    private void addSums(Map<String, Double> sums, Track track, HostTensor gradient, long number) {
        try (var eager = new Eager(device)) {
            var added = optimizer.sums(
                    track.parameter(),
                    track.value().to(device, eager),
                    gradient.to(device, eager),
                    put(eager, track.state()),
                    step(eager, optimizer.kinds().getFirst(), number));
            added.forEach((name, sum) ->
                    sums.merge(name, HostTensor.read(device, eager.slot(sum)).get(0), Double::sum));
        }
    }

    private Track updated(Track track, HostTensor gradient, long number) {
        try (var eager = new Eager(device)) {
            var update = optimizer.update(
                    track.parameter(),
                    track.value().to(device, eager),
                    gradient.to(device, eager),
                    put(eager, track.state()),
                    step(eager, optimizer.kind(number), number));
            return new Track(
                    track.parameter(),
                    HostTensor.read(device, eager.slot(update.value())),
                    read(eager, update.state()));
        }
    }

    /** Hands over a gradient for drawn labels. */
    void observe(double labels, Function<Track, HostTensor> gradient) {
        tracks.replaceAll(track -> {
            try (var eager = new Eager(device)) {
                var state = optimizer.observe(
                        track.parameter(),
                        track.value().to(device, eager),
                        gradient.apply(track).to(device, eager),
                        put(eager, track.state()),
                        HostTensor.of(NUMBER, labels).to(device, eager));
                return new Track(track.parameter(), track.value(), read(eager, state));
            }
        });
    }

    /** What a parameter is evaluated with. */
    HostTensor evaluated(Track track) {
        try (var eager = new Eager(device)) {
            var value =
                    optimizer.evaluated(track.parameter(), track.value().to(device, eager), put(eager, track.state()));
            return HostTensor.read(device, eager.slot(value));
        }
    }

    private Optimizer.Step step(Eager eager, String kind, long number) {
        var tensors = new HashMap<String, Tensor>();
        numbers.forEach(
                (name, value) -> tensors.put(name, HostTensor.of(NUMBER, value).to(device, eager)));
        return new Optimizer.Step(
                kind,
                HostTensor.of(NUMBER, number).to(device, eager),
                HostTensor.of(NUMBER, optimizer.rate()).to(device, eager),
                Optional.empty(),
                tensors);
    }

    private List<HostTensor> read(Eager eager, List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> HostTensor.read(device, eager.slot(tensor)))
                .toList();
    }

    private List<Tensor> put(Eager eager, List<HostTensor> values) {
        return values.stream().map(value -> value.to(device, eager)).toList();
    }
}
