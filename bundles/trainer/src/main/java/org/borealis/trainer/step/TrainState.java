package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.TensorSource;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/** What lives as long as a run and makes up its checkpoints: parameters, and what the optimizer remembers of each. */
public final class TrainState implements AutoCloseable {
    private final Device device;
    private final DataType type;
    private final List<Parameter> parameters;
    private final Optimizer optimizer;
    private final Slots slots;

    /** @param type of the parameters */
    public TrainState(Device device, DataType type, List<Parameter> parameters, Optimizer optimizer) {
        this.device = device;
        this.type = type;
        this.parameters = List.copyOf(parameters);
        this.optimizer = optimizer;
        slots = new Slots(device);
        try {
            types(type, parameters, optimizer).forEach(slots::add);
        } catch (RuntimeException e) {
            slots.close();
            throw e;
        }
    }

    /** What is kept, by name: all parameters, then what is remembered of each. */
    static Map<String, TensorType> types(DataType type, List<Parameter> parameters, Optimizer optimizer) {
        var types = new LinkedHashMap<String, TensorType>();
        parameters.forEach(p -> types.put(parameter(p), new TensorType(type, p.shape())));
        parameters.forEach(p -> optimizer.state(p, type).forEach(s -> types.put(memory(p, s), s.type())));
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
        parameters.forEach(p -> values.put(parameter(p), slots.get(parameter(p))));
        return values;
    }

    /** Sets what a run begins with. */
    public void initialise(long seed) {
        for (var parameter : parameters) {
            Slots.write(
                    device,
                    slots.get(parameter(parameter)),
                    (first, values) -> InitialWeights.fill(parameter, seed, first, values));
            for (var state : optimizer.state(parameter, type)) {
                Slots.write(
                        device,
                        slots.get(memory(parameter, state)),
                        (first, values) -> Arrays.fill(values, state.initial()));
            }
        }
    }

    /** Sets what a checkpoint holds. */
    public void load(TensorSource source) {
        var types = source.types();
        for (var entry : slots.entries()) {
            var wanted = entry.getValue().type();
            var found = types.get(entry.getKey());
            if (!wanted.equals(found)) {
                throw new BorealisException(
                        "checkpoint-mismatch",
                        "this run needs " + entry.getKey() + " as " + wanted + "; the checkpoint "
                                + (found == null ? "has none" : "has it as " + found)
                                + ". It was written by another model, optimizer or precision");
            }
            device.write(entry.getValue(), source.read(entry.getKey()));
        }
    }

    /** The tensors as a checkpoint takes them: each is copied from the device when it is asked for, and freed with {@code arena}. */
    public List<Piece> pieces(Arena arena) {
        var pieces = new ArrayList<Piece>();
        for (var entry : slots.entries()) {
            pieces.add(new Piece(
                    entry.getKey(), entry.getValue().type(), () -> Slots.read(device, entry.getValue(), arena)));
        }
        return pieces;
    }

    /** Name of a parameter that has a value that is no finite number. */
    public Optional<String> poisoned() {
        for (var parameter : parameters) {
            try (var arena = Arena.ofConfined()) {
                var elements = Slots.read(device, slots.get(parameter(parameter)), arena);
                for (long i = 0; i < parameter.shape().elements(); i++) {
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
