package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.TensorSource;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.model.Parameter;
import org.borealis.parallel.Held;
import org.borealis.parallel.Held.Role;
import org.borealis.parallel.Sharding;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.ranks.Wholes;

/** What lives as long as a run and makes up its checkpoints: parameters, and what the optimizer remembers of each. */
public final class TrainState implements AutoCloseable {
    private static final String MEMORY = "optimizer/";

    private final Device device;
    private final DataType type;
    private final List<Parameter> parameters;
    private final List<Parameter> here;
    private final Keeping keeping;
    private final Optimizer optimizer;
    private final Holdings holdings;
    private final Ranks ranks;
    private final Slots slots;
    private final Store offloaded;

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
        this(device, type, parameters, optimizer, ranks, keeping, Offload.NONE);
    }

    /**
     * As above.
     *
     * @param offload where what the optimizer remembers is
     */
    public TrainState(
            Device device,
            DataType type,
            List<Parameter> parameters,
            Optimizer optimizer,
            Ranks ranks,
            Keeping keeping,
            Offload offload) {
        this.device = device;
        this.keeping = keeping;
        this.here = parameters.stream().filter(keeping::isHere).toList();
        this.type = type;
        this.parameters = List.copyOf(parameters);
        this.optimizer = optimizer;
        holdings = new Holdings(parameters, optimizer);
        this.ranks = ranks;
        var kept = types(type, here, holdings, ranks);
        offloaded = Store.open(offload, offload.isElsewhere() ? memories(kept) : Map.of());
        kept.keySet().removeAll(offloaded.types().keySet());
        slots = new Slots(device);
        try {
            kept.forEach(slots::add);
        } catch (RuntimeException e) {
            offloaded.close();
            slots.close();
            throw e;
        }
    }

    /** What a rank keeps, by name: parameters, then what is remembered of each. */
    public static Map<String, TensorType> types(
            DataType type, List<Parameter> parameters, Holdings holdings, Ranks ranks) {
        var types = new LinkedHashMap<String, TensorType>();
        parameters.forEach(p ->
                put(types, parameter(p), new TensorType(type, p.shape()), holdings.held(Role.PARAMETER, p), ranks));
        parameters.forEach(p -> holdings.optimizer()
                .state(p, type)
                .forEach(s -> put(types, memory(p, s), s.type(), holdings.held(p, s), ranks)));
        return types;
    }

    /** Of all that is kept, what the optimizer remembers. */
    static Map<String, TensorType> memories(Map<String, TensorType> types) {
        var memories = new LinkedHashMap<>(types);
        memories.keySet().removeIf(name -> !name.startsWith(MEMORY));
        return memories;
    }

    /** What is not on the device. */
    Store offloaded() {
        return offloaded;
    }

    private static void put(Map<String, TensorType> types, String name, TensorType whole, Held held, Ranks ranks) {
        var sharding = ranks.spread().sharding(held);
        if (sharding.isHere(ranks.mesh(), ranks.team().rank())) {
            types.put(name, whole.in(sharding.local()));
        }
    }

    /** Which elements of each tensor this rank keeps, by name. */
    private Map<String, Sharding> shardings() {
        var shardings = new LinkedHashMap<String, Sharding>();
        for (var p : parameters) {
            shardings.put(parameter(p), ranks.spread().sharding(holdings.held(Role.PARAMETER, p)));
            optimizer
                    .state(p, type)
                    .forEach(s -> shardings.put(memory(p, s), ranks.spread().sharding(holdings.held(p, s))));
        }
        return shardings;
    }

    /** Name of a parameter's value in programs and checkpoints. */
    public static String parameter(Parameter parameter) {
        return "parameter/" + parameter.name();
    }

    /** Name of what the optimizer remembers of a parameter. */
    public static String memory(Parameter parameter, Optimizer.State state) {
        return MEMORY + parameter.name() + "/" + state.name();
    }

    /** Every tensor on the device, by name. */
    public Map<String, Slot> slots() {
        return slots.byName();
    }

    /** The parameters' values only, by name. */
    public Map<String, Slot> parameterSlots() {
        var values = new LinkedHashMap<String, Slot>();
        here.forEach(p -> slots.find(parameter(p)).ifPresent(slot -> values.put(parameter(p), slot)));
        return values;
    }

    /** Sets what a run begins with. */
    public void initialise(long seed) {
        for (var parameter : here) {
            slots.find(parameter(parameter)).ifPresent(slot -> initialise(parameter, slot, seed));
            for (var state : optimizer.state(parameter, type)) {
                var name = memory(parameter, state);
                slots.find(name)
                        .ifPresent(slot ->
                                Slots.write(device, slot, (first, values) -> Arrays.fill(values, state.initial())));
                if (offloaded.types().containsKey(name)) {
                    offloaded.fill(name, state.initial());
                }
            }
        }
    }

    private void initialise(Parameter parameter, Slot slot, long seed) {
        var sharding = ranks.spread().sharding(holdings.held(Role.PARAMETER, parameter));
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
        var types = source.types();
        var shardings = shardings();
        var kept = new LinkedHashMap<String, TensorType>();
        slots.entries()
                .forEach(entry -> kept.put(entry.getKey(), entry.getValue().type()));
        kept.putAll(offloaded.types());
        for (var entry : kept.entrySet()) {
            var sharding = Objects.requireNonNull(shardings.get(entry.getKey()));
            var wanted = entry.getValue().in(sharding.whole());
            var found = types.get(entry.getKey());
            if (!wanted.equals(found)) {
                throw new BorealisException(
                        "checkpoint-mismatch",
                        "this run needs " + entry.getKey() + " as " + wanted + "; the checkpoint "
                                + (found == null ? "has none" : "has it as " + found)
                                + ". It was written by another model, optimizer or precision");
            }
            try (var arena = Arena.ofConfined()) {
                write(
                        entry.getKey(),
                        Wholes.part(
                                source.read(entry.getKey()),
                                sharding,
                                wanted.type().bytes(),
                                ranks.team(),
                                arena));
            }
        }
    }

    private void write(String name, MemorySegment elements) {
        slots.find(name)
                .ifPresentOrElse(slot -> device.write(slot, elements), () -> offloaded.write(name, 0, elements));
    }

    /** What this rank has of a tensor; empty if it has none of it. */
    private Optional<MemorySegment> read(String name, Arena arena) {
        var type = offloaded.types().get(name);
        if (type == null) {
            return slots.find(name).map(slot -> Slots.read(device, slot, arena));
        }
        var elements = arena.allocate(Math.max(1, type.bytes()), Slot.ALIGNMENT).asSlice(0, type.bytes());
        offloaded.read(name, 0, elements);
        return Optional.of(elements);
    }

    /**
     * The whole tensors as a checkpoint takes them: each is copied from the device when it is asked for, and freed with {@code arena}.
     * All ranks ask for all of them, in this order.
     */
    public List<Piece> pieces(Arena arena) {
        return wholes().stream()
                .map(whole -> new Piece(
                        whole.name(), whole.type(), () -> whole.elements().apply(arena)))
                .toList();
    }

    /** A whole tensor, of which each rank may have a part or nothing. */
    private record Whole(String name, TensorType type, Function<Arena, MemorySegment> elements) {}

    /** All parameters, then what is remembered of each. */
    private List<Whole> wholes() {
        var wholes = new ArrayList<Whole>();
        var shardings = shardings();
        parameters.forEach(p -> wholes.add(whole(p, parameter(p), new TensorType(type, p.shape()), shardings)));
        parameters.forEach(p -> optimizer
                .state(p, type)
                .forEach(state -> wholes.add(whole(p, memory(p, state), state.type(), shardings))));
        return wholes;
    }

    private Whole whole(Parameter parameter, String name, TensorType whole, Map<String, Sharding> shardings) {
        var sharding = Objects.requireNonNull(shardings.get(name));
        return new Whole(name, whole, arena -> {
            var own = Optional.of(parameter).filter(keeping::isHere).map(_ -> joined(name, whole, sharding, arena));
            return keeping.shared(parameter, own, whole.bytes(), arena);
        });
    }

    private MemorySegment joined(String name, TensorType whole, Sharding sharding, Arena arena) {
        int bytes = whole.type().bytes();
        var part = read(name, arena)
                .orElseGet(() -> arena.allocate(Math.max(1, sharding.local().elements() * bytes), Slot.ALIGNMENT)
                        .asSlice(0, sharding.local().elements() * bytes));
        return Wholes.join(part, sharding, bytes, ranks.team(), arena);
    }

    /** Takes part in what {@link #pieces} gives to the rank that saves. */
    public void givePieces() {
        oneByOne(wholes(), (whole, elements) -> {});
    }

    /** Copies of the whole parameters on this rank's device, by name; to be closed. All others call {@link #giveParameters}. */
    public Slots wholeParameters() {
        var copies = new Slots(device);
        try {
            oneByOne(
                    wholes().subList(0, parameters.size()),
                    (whole, elements) -> device.write(copies.add(whole.name(), whole.type()), elements));
        } catch (RuntimeException e) {
            copies.close();
            throw e;
        }
        return copies;
    }

    /** Takes part in another rank's {@link #wholeParameters}. */
    public void giveParameters() {
        oneByOne(wholes().subList(0, parameters.size()), (whole, elements) -> {});
    }

    /** So that no two are on the host at once. */
    private static void oneByOne(List<Whole> wholes, BiConsumer<Whole, MemorySegment> use) {
        for (var whole : wholes) {
            try (var arena = Arena.ofShared()) {
                use.accept(whole, whole.elements().apply(arena));
            }
        }
    }

    /** Name of a parameter that has a value that is no finite number. */
    public Optional<String> poisoned() {
        return here.stream()
                .filter(p -> slots.find(parameter(p)).filter(this::isPoisoned).isPresent())
                .map(Parameter::name)
                .findFirst();
    }

    private boolean isPoisoned(Slot slot) {
        try (var arena = Arena.ofConfined()) {
            var elements = Slots.read(device, slot, arena);
            long count = slot.type().shape().elements();
            for (long i = 0; i < count; i++) {
                if (!Double.isFinite(HostMemory.read(elements, type, i))) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void close() {
        slots.close();
        offloaded.close();
    }
}
