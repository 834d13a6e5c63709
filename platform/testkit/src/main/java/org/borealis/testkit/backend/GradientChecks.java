package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.Combine;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Dispatch;
import org.borealis.tensor.composite.FullAttention;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerEnd;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.Linear;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.Rotary;
import org.borealis.tensor.composite.Router;
import org.borealis.tensor.composite.Softmax;
import org.borealis.tensor.composite.SwiGlu;
import org.borealis.tensor.composite.TopK;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/**
 * Gradients of composites by central differences of their first output, both as the device runs them: claimed, or as what they stand
 * for. In float64 and float32; 16-bit types are too coarse to take differences in, and compare their claims with decompositions.
 */
record GradientChecks(BackendKit kit) {
    /** A composite and its inputs. */
    private record Differentiable(Composite op, List<HostTensor> inputs) {}

    List<Check> all() {
        var checks = new ArrayList<Check>();
        Stream.of(DataType.FLOAT64, DataType.FLOAT32)
                .filter(type -> kit.device().supports(type))
                .forEach(type -> cases(type).forEach(test -> checks.add(check(test, type))));
        return checks;
    }

    private static Stream<Differentiable> cases(DataType type) {
        var x = Samples.of(type, 1, 2, 5);
        var weight = Samples.of(type, 2, 5);
        var positions = TensorType.of(type, 2, 2);
        // what ExpertSlots(3, 2) makes of experts (0 1, 0 2, 0 1) and (2 0, 1 2, 2 0): the last to choose the first is
        // too late
        var slots = HostTensor.of(TensorType.of(DataType.INT32, 2, 3, 2), 0, 2, 1, 4, 6, 3, 4, 0, 2, 5, 6, 1);
        var choices = HostTensor.of(TensorType.of(DataType.INT32, 2, 6), 0, 2, 1, 5, 3, 6, 1, 5, 2, 6, 0, 3);
        var targets = HostTensor.of(TensorType.of(DataType.INT32, 3), 4, CrossEntropy.IGNORED, 1);
        return Stream.of(
                new Differentiable(
                        new Linear(),
                        List.of(Samples.of(type, 1, 2, 3, 5), Samples.of(type, 2, 4, 5), Samples.of(type, 3, 4))),
                new Differentiable(new LayerNorm(1e-2), List.of(x, weight, Samples.of(type, 3, 5))),
                new Differentiable(new RmsNorm(1e-2), List.of(x, weight)),
                new Differentiable(new Gelu(false), List.of(x)),
                new Differentiable(new Gelu(true), List.of(x)),
                new Differentiable(new Softmax(), List.of(x)),
                new Differentiable(new SwiGlu(), List.of(x, Samples.of(type, 2, 2, 5))),
                new Differentiable(new LayerEnd("blocks.0"), List.of(x)),
                new Differentiable(
                        new FullAttention(0.4),
                        List.of(
                                Samples.of(type, 1, 1, 2, 2, 2),
                                Samples.of(type, 2, 1, 3, 1, 2),
                                Samples.of(type, 3, 1, 3, 1, 2))),
                new Differentiable(
                        new Attention(0.4),
                        List.of(
                                Samples.of(type, 1, 1, 3, 2, 2),
                                Samples.of(type, 2, 1, 3, 1, 2),
                                Samples.of(type, 3, 1, 3, 1, 2))),
                new Differentiable(
                        new Rotary(),
                        List.of(Samples.of(type, 1, 1, 2, 1, 4), Samples.of(positions, 2), Samples.of(positions, 3))),
                new Differentiable(new Router(), List.of(Samples.of(type, 1, 2, 3, 5), Samples.of(type, 2, 4, 5))),
                new Differentiable(new TopK(2), List.of(Samples.of(type, 1, 2, 3, 5))),
                new Differentiable(new Dispatch(), List.of(Samples.of(type, 1, 2, 3, 4), choices, slots)),
                new Differentiable(
                        new Combine(),
                        List.of(Samples.of(type, 1, 2, 6, 4), Samples.of(type, 2, 2, 3, 2), slots, choices)),
                new Differentiable(new CrossEntropy(), List.of(Samples.of(type, 1, 3, 5), targets)));
    }

    private Check check(Differentiable test, DataType type) {
        String name = test.op.label().replaceFirst("\\(.*", "");
        return new Check(
                kit,
                Area.GRADIENTS,
                name,
                type.label(),
                "the gradient of " + test.op.label() + " on " + type.label() + " is what finite differences say",
                check -> {
                    var gradients = new ArrayList<HostTensor>();
                    check.tried("the gradient runs", () -> {
                        gradients.addAll(gradients(kit.device(), test));
                        return Measure.RIGHT;
                    });
                    var floats = floats(test);
                    for (int i = 0; i < gradients.size(); i++) {
                        var gradient = gradients.get(i);
                        int input = floats.get(i);
                        check.tried("input " + input + " of " + test.op.label(), () -> compare(test, input, gradient));
                    }
                });
    }

    private static List<Integer> floats(Differentiable test) {
        return IntStream.range(0, test.inputs.size())
                .filter(i -> test.inputs.get(i).type().type().isFloat())
                .boxed()
                .toList();
    }

    /** What flows back into the first output. */
    private static HostTensor flow(TensorType output) {
        return Samples.of(output, 9);
    }

    private static List<HostTensor> gradients(Device device, Differentiable test) {
        try (var eager = new Eager(device)) {
            var inputs = write(device, eager, test.inputs);
            var outputs = eager.apply(test.op, inputs);
            var flow =
                    write(device, eager, List.of(flow(outputs.get(0).type()))).get(0);
            var gradients = IntStream.range(0, outputs.size())
                    .mapToObj(i -> i == 0 ? Optional.of(flow) : Optional.<Tensor>empty())
                    .toList();
            return test.op.pull(inputs, outputs, gradients).stream()
                    .map(gradient -> HostTensor.read(device, eager.slot(gradient)))
                    .toList();
        }
    }

    private static List<Tensor> write(Device device, Eager eager, List<HostTensor> values) {
        return values.stream()
                .map(value -> {
                    var tensor = eager.tensor(value.type());
                    value.write(device, eager.slot(tensor));
                    return tensor;
                })
                .toList();
    }

    private Measure compare(Differentiable test, int input, HostTensor gradient) {
        var x = test.inputs.get(input);
        var type = x.type().type();
        Complaint.unless(gradient.type().equals(x.type()), "the gradient is " + gradient.type() + ", not " + x.type());
        // The step that makes the error of the difference, step^2, about as great as that of rounding, epsilon / step.
        double step = type == DataType.FLOAT64 ? 0x1p-16 : 0x1p-7;
        double allowed = type == DataType.FLOAT64 ? 1e-7 : 1e-2;
        double greatest = 0;
        double worst = 0;
        String complaint = "";
        var differences = new double[x.count()];
        for (int i = 0; i < x.count(); i++) {
            differences[i] = difference(test, input, i, step);
            greatest = Math.max(greatest, Math.abs(differences[i]));
        }
        for (int i = 0; i < x.count(); i++) {
            double error = Math.abs(gradient.get(i) - differences[i]) / Math.max(greatest, 1e-3);
            if (!(error <= worst)) {
                worst = error;
                complaint = "element " + i + ": the gradient is " + gradient.get(i) + ", finite differences say "
                        + differences[i];
            }
        }
        return Measure.of(worst, allowed, "max|dx|", complaint);
    }

    private double difference(Differentiable test, int input, int element, double step) {
        var x = test.inputs.get(input);
        var above = HostTensor.fill(x.type(), i -> x.get(i) + (i == element ? step : 0));
        var below = HostTensor.fill(x.type(), i -> x.get(i) - (i == element ? step : 0));
        double rise = value(test, input, above) - value(test, input, below);
        return rise / (above.get(element) - below.get(element));
    }

    /** The first output times what flows back, summed in float64. */
    private double value(Differentiable test, int input, HostTensor changed) {
        var inputs = new ArrayList<>(test.inputs);
        inputs.set(input, changed);
        var device = kit.device();
        try (var eager = new Eager(device)) {
            var output = eager.apply(test.op, write(device, eager, inputs)).get(0);
            var y = HostTensor.read(device, eager.slot(output));
            var flow = flow(output.type());
            return IntStream.range(0, y.count())
                    .mapToDouble(i -> y.get(i) * flow.get(i))
                    .sum();
        }
    }
}
