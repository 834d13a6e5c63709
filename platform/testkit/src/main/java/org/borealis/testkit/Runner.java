package org.borealis.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.device.Executable;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;

/** Computes on a device with tensors that are kept on the host. */
interface Runner extends AutoCloseable {
    /**
     * What {@code body} makes of the inputs.
     *
     * @param name of the body: of one name, all do the same
     */
    List<HostTensor> run(String name, List<HostTensor> inputs, UnaryOperator<List<Tensor>> body);

    @Override
    default void close() {}

    /** Runs each operation at once. */
    static Runner eager(Device device) {
        return (_, inputs, body) -> {
            try (var eager = new Eager(device)) {
                var tensors =
                        inputs.stream().map(input -> input.to(device, eager)).toList();
                return body.apply(tensors).stream()
                        .map(tensor -> HostTensor.read(device, eager.slot(tensor)))
                        .toList();
            }
        };
    }

    /** Compiles each body once: for those that run often. */
    static Runner compiled(Device device, Compiler compiler) {
        return new Compiled(device, compiler, new HashMap<>());
    }

    /** What is compiled, by name. */
    record Compiled(Device device, Compiler compiler, Map<String, Executable> programs) implements Runner {
        @Override
        public List<HostTensor> run(String name, List<HostTensor> inputs, UnaryOperator<List<Tensor>> body) {
            var executable = programs.computeIfAbsent(name, _ -> {
                var types = inputs.stream().map(HostTensor::type).toList();
                return compiler.compile(device, Program.trace(name, types, body), Map.of());
            });
            for (int i = 0; i < inputs.size(); i++) {
                inputs.get(i).write(device, executable.slot("in" + i));
            }
            executable.run();
            return IntStream.range(0, executable.program().outputs().size())
                    .mapToObj(i -> HostTensor.read(device, executable.slot("out" + i)))
                    .toList();
        }

        @Override
        public void close() {
            programs.values().forEach(Executable::close);
        }
    }
}
