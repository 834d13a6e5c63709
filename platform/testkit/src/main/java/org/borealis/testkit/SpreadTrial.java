package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.borealis.device.Backend;
import org.borealis.device.Compiler;
import org.borealis.device.Compiler.Job;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Held;
import org.borealis.parallel.Held.Role;
import org.borealis.parallel.Ownership;
import org.borealis.parallel.Sharding;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.parallel.Team;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.GreatestScores;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The programs of a model, run by one rank and by many, on the same numbers.
 *
 * @param type of parameters and results
 * @param rows sequences of a batch
 */
@ProviderType
public record SpreadTrial(
        Compiler compiler, Backend backend, Collectives collectives, ModelFamily model, DataType type, int rows) {
    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final String LOSS = "loss";

    /** Results by name, as whole tensors. */
    public record Results(Map<String, HostTensor> tensors) {
        public Results {
            tensors = Map.copyOf(tensors);
        }

        /** The result of this name. */
        public HostTensor get(String name) {
            return Objects.requireNonNull(tensors.get(name), name);
        }
    }

    private static Held held(Role role, Parameter parameter) {
        return new Held(role, parameter.name(), parameter.shape(), parameter.dims());
    }

    private static String gradient(Parameter parameter) {
        return "gradient/" + parameter.name();
    }

    private TensorType type(Parameter parameter) {
        return new TensorType(type, parameter.shape());
    }

    private TensorType tokens() {
        return TensorType.of(DataType.INT32, rows, model.sequence());
    }

    /** Loss and gradients of a batch, added to those of the batches before. */
    public Program gradients() {
        var builder = new Program.Builder("accumulate");
        Map<Parameter, Tensor> values = new HashMap<>();
        model.parameters().forEach(p -> values.put(p, builder.input(p.name(), type(p))));
        var tokens = builder.input("tokens", tokens());
        var targets = builder.input("targets", tokens());
        builder.output(LOSS, model.loss(p -> Objects.requireNonNull(values.get(p)), tokens, targets));
        var names = model.parameters().stream().map(Parameter::name).toList();
        return adding(compiler.differentiate(builder.build(), LOSS, names));
    }

    private Program adding(Program backward) {
        var builder = new Program.Builder(backward.name());
        var arguments = new ArrayList<Tensor>();
        backward.inputs().forEach(i -> arguments.add(builder.input(i.name(), i.type())));
        var loss = builder.input(LOSS, TensorType.of(type));
        var sums = new LinkedHashMap<Parameter, Tensor>();
        model.parameters().forEach(p -> sums.put(p, builder.input(gradient(p), type(p))));
        var values = backward.replay(arguments, builder);
        builder.replace(LOSS, loss, loss.plus(values.get(backward.output(LOSS).value())));
        sums.forEach((p, sum) -> builder.replace(
                gradient(p),
                sum,
                sum.plus(values.get(backward.output("gradient." + p.name()).value()))));
        return builder.build();
    }

    /** The greatest score of each head of each attention, {@code scores.0} and so on. */
    public Program scores() {
        var builder = new Program.Builder("scores");
        Map<Parameter, Tensor> values = new HashMap<>();
        model.parameters().forEach(p -> values.put(p, builder.input(p.name(), type(p))));
        var tokens = builder.input("tokens", tokens());
        var greatest = new ArrayList<Tensor>();
        var causal = Context.causal();
        model.hidden(p -> Objects.requireNonNull(values.get(p)), tokens, new Context() {
            @Override
            public Tensor positions(Tensor of) {
                return causal.positions(of);
            }

            @Override
            public Tensor attend(int layer, Tensor q, Tensor k, Tensor v, double scale) {
                greatest.add(q.apply(new GreatestScores(scale, true), k).get(0));
                return causal.attend(layer, q, k, v, scale);
            }
        });
        for (int i = 0; i < greatest.size(); i++) {
            builder.output("scores." + i, greatest.get(i));
        }
        return builder.build();
    }

    /** What the inputs and outputs of {@link #gradients} are. */
    public Signature computing() {
        var held = new HashMap<String, Held>();
        for (var parameter : model.parameters()) {
            held.put(parameter.name(), held(Role.PARAMETER, parameter));
            held.put(gradient(parameter), held(Role.GRADIENT, parameter));
        }
        return new Signature(held, Set.of("tokens", "targets"), true);
    }

    /** An update of every parameter by AdamW, and the square of the gradient's length. */
    public Program update() {
        var builder = new Program.Builder("update");
        var rate = builder.input("rate", TensorType.of(DataType.FLOAT64));
        var number = builder.input("number", TensorType.of(DataType.FLOAT64));
        var all = new LinkedHashMap<Parameter, List<Tensor>>();
        for (var p : model.parameters()) {
            all.put(
                    p,
                    List.of(
                            builder.input(p.name(), type(p)),
                            builder.input(gradient(p), type(p)),
                            builder.input("moment1/" + p.name(), type(p)),
                            builder.input("moment2/" + p.name(), type(p))));
        }
        var squares = all.values().stream()
                .map(in -> in.get(1).times(in.get(1)).sum())
                .reduce(Tensor::plus)
                .orElseThrow();
        builder.output("squares", squares);
        all.forEach((p, in) -> {
            var out = in.get(0)
                    .apply(new AdamStep(0.9, 0.95, 1e-8, 0.1, true), in.get(1), in.get(2), in.get(3), rate, number);
            builder.replace(p.name(), in.get(0), out.get(0));
            builder.replace("moment1/" + p.name(), in.get(2), out.get(1));
            builder.replace("moment2/" + p.name(), in.get(3), out.get(2));
        });
        return builder.build();
    }

    /** What the inputs and outputs of {@link #update} are. */
    public Signature updating() {
        var held = new HashMap<String, Held>();
        for (var parameter : model.parameters()) {
            held.put(parameter.name(), held(Role.PARAMETER, parameter));
            held.put(gradient(parameter), held(Role.GRADIENT, parameter));
            held.put("moment1/" + parameter.name(), held(Role.OPTIMIZER, parameter));
            held.put("moment2/" + parameter.name(), held(Role.OPTIMIZER, parameter));
        }
        return new Signature(held, Set.of(), false);
    }

    /** As {@link #updating}, if the optimizer needed matrices whole. */
    public Signature updatingMatrices() {
        var matrices =
                model.parameters().stream().filter(p -> p.shape().rank() == 2).toList();
        var sizes = matrices.stream().map(p -> p.shape().elements()).toList();
        var held = new HashMap<>(updating().held());
        var whole = new HashSet<String>();
        for (int i = 0; i < matrices.size(); i++) {
            var name = matrices.get(i).name();
            var ownership = Optional.of(new Ownership(i, sizes));
            for (var each : List.of(name, "gradient/" + name, "moment1/" + name, "moment2/" + name)) {
                held.computeIfPresent(each, (_, h) -> new Held(h.role(), h.name(), h.shape(), h.dims(), ownership));
                whole.add(each);
            }
        }
        return new Signature(held, Set.of(), Set.of(), whole, false);
    }

    private HostTensor input(Program.Input input, int batch) {
        var name = input.name();
        if (name.equals("tokens") || name.equals("targets")) {
            int seed = 2 * batch + (name.equals("tokens") ? 0 : 1);
            var ids = Samples.indices(model.vocabulary(), seed, rows, model.sequence());
            return name.equals("tokens") || batch % 2 == 0
                    ? ids
                    : HostTensor.fill(ids.type(), i -> i % 5 == 0 ? -100 : ids.get(i)); // some do not count
        }
        if (name.equals("rate") || name.equals("number")) {
            return HostTensor.of(input.type(), name.equals("rate") ? 1e-2 : 3);
        }
        int seed = name.hashCode() % 1000;
        var wave = Samples.of(input.type(), seed);
        if (name.equals(LOSS) || name.startsWith("gradient/") || name.startsWith("moment")) {
            return HostTensor.fill(
                    input.type(), i -> name.startsWith("moment2") ? wave.get(i) * wave.get(i) : 0.1 * wave.get(i));
        }
        return HostTensor.fill(
                input.type(), i -> (name.contains("norm") && name.endsWith("weight") ? 1 : 0) + 0.1 * wave.get(i));
    }

    /**
     * Runs a program on one rank, once for each batch, each time on what the time before replaced.
     *
     * @param batches how many
     */
    public Results alone(Program program, int batches) {
        try (var device = backend.open();
                var executable = compiler.compile(device, program, Map.of())) {
            for (var input : program.inputs()) {
                input(input, 0).write(device, executable.slot(input.name()));
            }
            for (int batch = 0; batch < batches; batch++) {
                for (var input : program.inputs()) {
                    if (input.type().type() == DataType.INT32) {
                        input(input, batch).write(device, executable.slot(input.name()));
                    }
                }
                executable.run();
            }
            var results = new HashMap<String, HostTensor>();
            for (var output : program.outputs()) {
                results.put(output.name(), HostTensor.read(device, executable.slot(output.name())));
            }
            return new Results(results);
        }
    }

    /**
     * Runs a program on all ranks of a mesh, as threads, once for each round of batches.
     *
     * @param batches how many, over all ranks
     */
    public Results spread(Program program, Spread spread, Signature signature, int batches) {
        var parts = new Results[spread.mesh().size()];
        var local = compiler.partition(program, spread, signature);
        RankThreads.of(collectives, parts.length, TIMEOUT).run(world -> {
            var team = Team.of(spread.mesh(), world);
            try (var device = backend.open();
                    var executable = compiler.compile(device, List.of(new Job(local, Map.of())), team)
                            .get(0)) {
                for (int round = 0; round < batches / spread.batches(); round++) {
                    int batch = round * spread.batches() + spread.batch(team.rank());
                    for (var input : program.inputs()) {
                        var sharding = sharding(input, spread, signature);
                        if ((round == 0 || input.type().type() == DataType.INT32)
                                && sharding.isHere(spread.mesh(), team.rank())) {
                            var part = part(input(input, batch), sharding, spread, team.rank());
                            part.write(device, executable.slot(input.name()));
                        }
                    }
                    executable.run();
                }
                parts[team.rank()] = results(
                        device,
                        program.outputs().stream()
                                .map(Program.Output::name)
                                .filter(name -> isHere(name, program, spread, signature, team.rank()))
                                .toList(),
                        executable::slot);
            }
        });
        return joined(program, spread, signature, parts);
    }

    private interface Slots {
        Slot slot(String name);
    }

    private static boolean isHere(String name, Program program, Spread spread, Signature signature, int rank) {
        var output = new Program.Input(name, program.type(program.output(name).value()));
        return sharding(output, spread, signature).isHere(spread.mesh(), rank);
    }

    private static Results results(Device device, List<String> names, Slots slots) {
        var results = new HashMap<String, HostTensor>();
        names.forEach(name -> results.put(name, HostTensor.read(device, slots.slot(name))));
        return new Results(results);
    }

    private static Sharding sharding(Program.Input input, Spread spread, Signature signature) {
        if (signature.batches().contains(input.name())) {
            return spread.batch(input.type().shape());
        }
        var held = signature.held().get(input.name());
        return held == null ? new Sharding(input.type().shape(), List.of()) : spread.sharding(held);
    }

    private static HostTensor part(HostTensor whole, Sharding sharding, Spread spread, int rank) {
        var part = new HostTensor(whole.type().in(sharding.local()));
        long bytes = whole.type().type().bytes();
        sharding.runs(
                spread.mesh(),
                rank,
                (from, to, length) -> part.elements()
                        .asSlice(to * bytes, length * bytes)
                        .copyFrom(whole.elements().asSlice(from * bytes, length * bytes)));
        return part;
    }

    private Results joined(Program program, Spread spread, Signature signature, Results[] parts) {
        var results = new HashMap<String, HostTensor>();
        for (var output : program.outputs()) {
            var whole = new HostTensor(program.type(output.value()));
            var input = new Program.Input(output.name(), whole.type());
            var sharding = sharding(input, spread, signature);
            var ranks = IntStream.range(0, parts.length)
                    .filter(rank -> sharding.isHere(spread.mesh(), rank))
                    .toArray();
            for (int rank : ranks) {
                put(parts[rank].get(output.name()), whole, sharding, spread, rank);
            }
            for (int rank : ranks) {
                var part = part(whole, sharding, spread, rank);
                assertArrayEquals(
                        part.bytes(),
                        parts[rank].get(output.name()).bytes(),
                        output.name() + " on rank " + rank + " is not what others have of it");
            }
            results.put(output.name(), whole);
        }
        return new Results(results);
    }

    private static void put(HostTensor part, HostTensor whole, Sharding sharding, Spread spread, int rank) {
        long bytes = whole.type().type().bytes();
        sharding.runs(
                spread.mesh(),
                rank,
                (to, from, length) -> whole.elements()
                        .asSlice(to * bytes, length * bytes)
                        .copyFrom(part.elements().asSlice(from * bytes, length * bytes)));
    }
}
