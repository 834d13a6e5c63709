package org.borealis.benchmarks.optimizers;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation;
import org.borealis.train.Optimizer;

/** Which updates factorise matrices. */
final class Factorising {
    private Factorising() {}

    /** Whether updates of a kind factorise what the device leaves to Java on the host: that takes hours where matrices are large. */
    static boolean isOnHost(Device device, ModelFamily model, Optimizer optimizer, String kind) {
        return model.parameters().stream().anyMatch(parameter -> isOnHost(device, traced(optimizer, kind, parameter)));
    }

    private static boolean isOnHost(Device device, Program program) {
        return program.nodes().stream().anyMatch(node -> {
            var inputs = node.inputs().stream().map(program::type).toList();
            return switch (node.op()) {
                case Factorisation factorisation -> !device.fuses(factorisation, inputs);
                case Composite composite ->
                    !device.fuses(composite, inputs)
                            && isOnHost(device, Program.trace("opened", inputs, composite::decompose));
                default -> false;
            };
        });
    }

    private static Program traced(Optimizer optimizer, String kind, Parameter parameter) {
        var builder = new Program.Builder("update");
        var number = TensorType.of(DataType.FLOAT64);
        var type = new TensorType(DataType.FLOAT32, parameter.shape());
        var value = builder.input("value", type);
        var gradient = builder.input("gradient", type);
        var state = optimizer.state(parameter, DataType.FLOAT32).stream()
                .map(remembered -> builder.input("memory/" + remembered.name(), remembered.type()))
                .toList();
        var step = new Optimizer.Step(
                kind,
                builder.input("number", number),
                builder.input("rate", number),
                Optional.empty(),
                optimizer.numbers().keySet().stream()
                        .collect(Collectors.toMap(name -> name, name -> builder.input("numbers/" + name, number))));
        var update = optimizer.update(parameter, value, gradient, List.copyOf(state), step);
        builder.output("updated", update.value());
        return builder.build();
    }
}
