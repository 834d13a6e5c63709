package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.TensorSource;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.model.Parameter;
import org.borealis.parallel.Held.Role;
import org.borealis.parallel.Spread;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.ranks.Wholes;

/** What lives as long as a run and makes up its checkpoints: parameters, and what the optimizer remembers of each. */
public final class TrainState implements AutoCloseable {
    private final Device device;
    private final DataType type;
    private final List<StateTensor> tensors;
    private final List<Parameter> here;
    private final Keeping keeping;
    private final Optimizer optimizer;
    private final Ranks ranks;
    private final Slots slots;

    /** @param type of the parameters */
    public TrainState(Device device, DataType type, List<Parameter> parameters, Optimizer optimizer) {
        this(device, type, parameters, optimizer, Ranks.ALONE);
    }

    /**
     * What this rank keeps of it.
     *
     * @param type of the parameters
     */
    public TrainState(Device device, DataType type, List<Parameter> parameters, Optimizer optimizer, Ranks ranks) {
        this(device, type, parameters, optimizer, ranks, Keeping.ALL);
    }

    /**
     * What this rank keeps of it, where not every rank has every layer.
     *
     * @param type of the parameters
     * @param parameters of the whole model
     */
    public TrainState(
            Device device,
            DataType type,
            List<Parameter> parameters,
            Optimizer optimizer,
            Ranks ranks,
            Keeping keeping) {
        this.device = device;
        this.keeping = keeping;
        this.here = parameters.stream()
                .filter(p -> keeping.isAt(ranks.team().rank(), p))
                .toList();
        this.type = type;
        this.optimizer = optimizer;
        this.ranks = ranks;
        tensors = StateTensor.all(type, parameters, optimizer, ranks.spread());
        slots = new Slots(device);
        try {
            tensors.stream().filter(this::isHere).forEach(tensor -> slots.add(tensor.name(), tensor.local()));
        } catch (RuntimeException e) {
            slots.close();
            throw e;
        }
    }

    private boolean isHere(StateTensor tensor) {
        return keeping.isAt(ranks.team().rank(), tensor.parameter());
    }

    /** What a rank keeps that has all parameters, by name. */
    static Map<String, TensorType> types(
            DataType type, List<Parameter> parameters, Optimizer optimizer, Spread spread) {
        var types = new LinkedHashMap<String, TensorType>();
        StateTensor.all(type, parameters, optimizer, spread)
                .forEach(tensor -> types.put(tensor.name(), tensor.local()));
        return types;
    }

    /** Name of a parameter's value in programs and checkpoints. */
    public static String parameter(Parameter parameter) {
        return "parameter/" + parameter.name();
    }

    /** Name of what the optimizer remembers of a parameter. */
    public static String memory(Parameter parameter, Optimizer.State state) {
        return "optimizer/" + parameter.name() + "/" + state.name();
    }

    /** Every tensor, by name. */
    public Map<String, Slot> slots() {
        return slots.byName();
    }

    /** The parameters' values only, by name. */
    public Map<String, Slot> parameterSlots() {
        var values = new LinkedHashMap<String, Slot>();
        here.forEach(p -> values.put(parameter(p), slots.get(parameter(p))));
        return values;
    }

    /** Sets what a run begins with. */
    public void initialise(long seed) {
        for (var parameter : here) {
            initialise(parameter, seed);
            for (var state : optimizer.state(parameter, type)) {
                Slots.write(
                        device,
                        slots.get(memory(parameter, state)),
                        (first, values) -> Arrays.fill(values, state.initial()));
            }
        }
    }

    private void initialise(Parameter parameter, long seed) {
        var slot = slots.get(parameter(parameter));
        var sharding = ranks.spread().sharding(StepSpread.held(Role.PARAMETER, parameter));
        if (!sharding.isSplit()) {
            Slots.write(device, slot, (first, values) -> InitialWeights.fill(parameter, seed, first, values));
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var part = arena.allocate(slot.type().bytes(), Slot.ALIGNMENT);
            int bytes = type.bytes();
            sharding.runs(ranks.mesh(), ranks.team().rank(), (whole, local, length) -> {
                for (long done = 0; done < length; done += Slots.CHUNK) {
                    int odd = (int) ((whole + done) % 2); // numbers are drawn in pairs
                    int count = (int) Math.min(Slots.CHUNK, length - done);
                    var values = new double[count + odd];
                    InitialWeights.fill(parameter, seed, whole + done - odd, values);
                    HostMemory.write(
                            part.asSlice((local + done) * bytes, (long) count * bytes),
                            type,
                            Arrays.copyOfRange(values, odd, values.length));
                }
            });
            device.write(slot, part);
        }
    }

    /** Sets what a checkpoint holds; this rank takes its part. */
    public void load(TensorSource source) {
        for (var tensor : tensors) {
            if (isHere(tensor)) {
                tensor.load(source, ranks.team(), device, slots.get(tensor.name()));
            }
        }
    }

    /** What this rank writes into a checkpoint: each part of each tensor is written by one of the ranks that have it. */
    public List<Piece> pieces() {
        var shares = new Shares(ranks.mesh());
        var pieces = new ArrayList<Piece>();
        for (var tensor : tensors) {
            var writers = shares.writers(tensor, rank -> keeping.isAt(rank, tensor.parameter()));
            if (writers.contains(ranks.team().rank())) {
                pieces.addAll(tensor.pieces(ranks.team(), device, slots.get(tensor.name())));
            }
        }
        return pieces;
    }

    /** Copies of the whole parameters on this rank's device, by name; to be closed. All others call {@link #giveParameters}. */
    public Slots wholeParameters() {
        var copies = new Slots(device);
        try {
            wholeParameters((tensor, elements) -> device.write(copies.add(tensor.name(), tensor.whole()), elements));
        } catch (RuntimeException e) {
            copies.close();
            throw e;
        }
        return copies;
    }

    /** Takes part in another rank's {@link #wholeParameters}. */
    public void giveParameters() {
        wholeParameters((tensor, elements) -> {});
    }

    /** One by one, so that no two are on the host at once. */
    private void wholeParameters(BiConsumer<StateTensor, MemorySegment> use) {
        for (var tensor : tensors) {
            if (!tensor.name().equals(parameter(tensor.parameter()))) {
                continue;
            }
            try (var arena = Arena.ofShared()) {
                var own = Optional.of(tensor).filter(this::isHere).map(_ -> joined(tensor, arena));
                use.accept(
                        tensor,
                        keeping.shared(tensor.parameter(), own, tensor.whole().bytes(), arena));
            }
        }
    }

    private MemorySegment joined(StateTensor tensor, Arena arena) {
        var own = Slots.read(device, slots.get(tensor.name()), arena);
        return Wholes.join(own, tensor.sharding(), tensor.whole().type().bytes(), ranks.team(), arena);
    }

    /** Name of a parameter that has a value that is no finite number. */
    public Optional<String> poisoned() {
        for (var parameter : here) {
            try (var arena = Arena.ofConfined()) {
                var elements = Slots.read(device, slots.get(parameter(parameter)), arena);
                long count = slots.get(parameter(parameter)).type().shape().elements();
                for (long i = 0; i < count; i++) {
                    if (!Double.isFinite(HostMemory.read(elements, type, i))) {
                        return Optional.of(parameter.name());
                    }
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        slots.close();
    }
}
