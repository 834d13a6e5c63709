package org.borealis.trainer.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.device.Slot;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.TensorType;

/**
 * Walks a program operation by operation, as the first device runs it: each is given the same operands on both devices, so that what
 * differs is its own doing.
 *
 * @param program lowered for the first device
 * @param bound share of a result's length that it may differ by
 */
record FirstDifference(Program program, Device device, Device other, double bound) {

    /**
     * What was found.
     *
     * @param operation the operation, its operand types, and the parameters that it reads
     * @param drift share of its result's length that it differs by
     */
    record Found(String operation, double drift) {}

    /**
     * The first operation beyond the bound.
     *
     * @param inputs places of the program's inputs on the first device, by name; they are only read
     */
    Optional<Found> find(Function<String, Slot> inputs) {
        var values = new ArrayList<Optional<Slot>>();
        program.inputs().forEach(input -> values.add(Optional.of(inputs.apply(input.name()))));
        var last = program.lastReads();
        try {
            for (int n = 0; n < program.nodes().size(); n++) {
                var node = program.nodes().get(n);
                var found = step(node, values);
                if (found.isPresent()) {
                    return found;
                }
                release(values, last, n);
            }
            return Optional.empty();
        } finally {
            values.subList(program.inputs().size(), values.size())
                    .forEach(slot -> slot.ifPresent(s -> s.buffer().close()));
        }
    }

    /** Runs a node on both; keeps what the first device gave. */
    private Optional<Found> step(Node node, List<Optional<Slot>> values) {
        var operands = node.inputs().stream()
                .map(value -> values.get(value).orElseThrow())
                .toList();
        var results =
                node.outputs().stream().map(type -> Slot.allocate(device, type)).toList();
        results.forEach(slot -> values.add(Optional.of(slot)));
        try (var kernel = device.bind(node.op(), operands, results)) {
            kernel.run();
            device.finish();
        }
        double worst = 0;
        try (var eager = new Eager(other)) {
            var tensors = operands.stream()
                    .map(operand -> {
                        var tensor = eager.tensor(operand.type());
                        new Transfer(device, other).copy(operand, eager.slot(tensor));
                        return tensor;
                    })
                    .toList();
            var wanted = eager.apply(node.op(), tensors);
            for (int i = 0; i < results.size(); i++) {
                worst = Math.max(
                        worst,
                        Deviation.between(device, results.get(i), other, eager.slot(wanted.get(i)))
                                .relative(Double.MIN_NORMAL));
            }
        }
        return worst > bound ? Optional.of(new Found(describe(node), worst)) : Optional.empty();
    }

    private String describe(Node node) {
        var types = node.inputs().stream()
                .map(value -> program.type(value) + name(value))
                .collect(Collectors.joining(", "));
        return node.op().label() + " of " + (types.isEmpty() ? "nothing" : types) + ", which gives "
                + node.outputs().stream().map(TensorType::toString).collect(Collectors.joining(", "));
    }

    private String name(int value) {
        return value < program.inputs().size()
                ? " (" + program.inputs().get(value).name() + ")"
                : "";
    }

    private void release(List<Optional<Slot>> values, int[] last, int node) {
        for (int value = program.inputs().size(); value < values.size(); value++) {
            if (last[value] <= node) {
                values.get(value).ifPresent(slot -> slot.buffer().close());
                values.set(value, Optional.empty());
            }
        }
    }
}
