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
import java.util.stream.Stream;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.TensorSource;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.train.Optimizer.State;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.ranks.Wholes;

/** What lives as long as a run and makes up its checkpoints: parameters, and what the optimizer remembers of each. */
public final class TrainState implements AutoCloseable {
    private static final String MEMORY = "optimizer/";

    private final Device device;
    private final DataType type;
    private final List<StateTensor> tensors;
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
        this.here = parameters.stream()
                .filter(p -> keeping.isAt(ranks.team().rank(), p))
                .toList();
        this.type = type;
        this.optimizer = optimizer;
        holdings = new Holdings(parameters, optimizer, type);
        this.ranks = ranks;
        tensors = StateTensor.all(type, parameters, holdings, ranks.spread());
        var kept = types(tensors.stream().filter(this::isHere));
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

    private boolean isHere(StateTensor tensor) {
        return isAt(ranks.team().rank(), tensor);
    }

    private boolean isAt(int rank, StateTensor tensor) {
        return keeping.isAt(rank, tensor.parameter()) && tensor.sharding().isHere(ranks.mesh(), rank);
    }

    private static Map<String, TensorType> types(Stream<StateTensor> tensors) {
        var types = new LinkedHashMap<String, TensorType>();
        tensors.forEach(tensor -> types.put(tensor.name(), tensor.local()));
        return types;
    }

    /** What a rank keeps that has all parameters or those that others own, by name: parameters, then what is remembered of each. */
    public static Map<String, TensorType> types(
            DataType type, List<Parameter> parameters, Holdings holdings, Ranks ranks) {
        return types(StateTensor.all(type, parameters, holdings, ranks.spread()).stream()
                .filter(tensor ->
                        tensor.sharding().isHere(ranks.mesh(), ranks.team().rank())));
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
        tensors.stream().filter(this::isHere).forEach(tensor -> {
            switch (tensor.initial()) {
                case State.Initial.Fill fill -> fill(tensor.name(), fill.value());
                case State.Initial.Copy() -> draw(tensor, seed);
            }
        });
    }

    private void fill(String name, double value) {
        slots.find(name)
                .ifPresentOrElse(
                        slot -> Slots.write(device, slot, (first, values) -> Arrays.fill(values, value)),
                        () -> offloaded.fill(name, value));
    }

    private void draw(StateTensor tensor, long seed) {
        var parameter = tensor.parameter();
        var slot = slots.find(tensor.name());
        if (slot.isPresent() && !tensor.sharding().isSplit()) {
            Slots.write(device, slot.get(), (first, values) -> InitialWeights.fill(parameter, seed, first, values));
            return;
        }
        var element = tensor.whole().type();
        int bytes = element.bytes();
        try (var arena = Arena.ofConfined()) {
            var part = memory(tensor, arena);
            tensor.sharding().runs(ranks.mesh(), ranks.team().rank(), (whole, local, length) -> {
                for (long done = 0; done < length; done += Slots.CHUNK) {
                    int odd = (int) ((whole + done) % 2); // numbers are drawn in pairs
                    int count = (int) Math.min(Slots.CHUNK, length - done);
                    var values = new double[count + odd];
                    InitialWeights.fill(parameter, seed, whole + done - odd, values);
                    HostMemory.write(
                            part.asSlice((local + done) * bytes, (long) count * bytes),
                            element,
                            Arrays.copyOfRange(values, odd, values.length));
                }
            });
            write(tensor.name(), part);
        }
    }

    /** Sets what a checkpoint holds; this rank takes its part. */
    public void load(TensorSource source) {
        for (var tensor : tensors) {
            if (isHere(tensor)) {
                try (var arena = Arena.ofConfined()) {
                    write(tensor.name(), tensor.local(source, ranks.team(), arena));
                }
            }
        }
    }

    private void write(String name, MemorySegment elements) {
        slots.find(name)
                .ifPresentOrElse(slot -> device.write(slot, elements), () -> offloaded.write(name, 0, elements));
    }

    /** What this rank has of a tensor. */
    private MemorySegment read(StateTensor tensor, Arena arena) {
        return slots.find(tensor.name())
                .map(slot -> Slots.read(device, slot, arena))
                .orElseGet(() -> {
                    var elements = memory(tensor, arena);
                    offloaded.read(tensor.name(), 0, elements);
                    return elements;
                });
    }

    private static MemorySegment memory(StateTensor tensor, Arena arena) {
        long bytes = tensor.local().bytes();
        return arena.allocate(Math.max(1, bytes), Slot.ALIGNMENT).asSlice(0, bytes);
    }

    /** What this rank writes into a checkpoint: each part of each tensor is written by one of the ranks that have it. */
    public List<Piece> pieces() {
        var shares = new Shares(ranks.mesh());
        var pieces = new ArrayList<Piece>();
        for (var tensor : tensors) {
            var writers = shares.writers(tensor, rank -> isAt(rank, tensor));
            if (writers.contains(ranks.team().rank())) {
                pieces.addAll(tensor.pieces(ranks.team(), arena -> read(tensor, arena)));
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
                boolean isKept = keeping.isAt(ranks.team().rank(), tensor.parameter());
                var own = isKept ? Optional.of(joined(tensor, arena)) : Optional.<MemorySegment>empty();
                use.accept(
                        tensor,
                        keeping.shared(tensor.parameter(), own, tensor.whole().bytes(), arena));
            }
        }
    }

    private MemorySegment joined(StateTensor tensor, Arena arena) {
        var own = isHere(tensor) ? read(tensor, arena) : memory(tensor, arena);
        return Wholes.join(own, tensor.sharding(), tensor.whole().type().bytes(), ranks.team(), arena);
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
