package org.borealis.testkit.backend;

import java.util.Arrays;
import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.testkit.HostTensor;

/** What cases mean, computed in float64. */
record Oracle64(Device device) {

    /**
     * What a case has to give.
     *
     * @param scales for each element what its error is judged by: the sum of absolute values for {@link Bound.Sum}, the greatest
     *     absolute value of the output otherwise
     */
    record Wanted(List<HostTensor> outputs, List<double[]> scales) {}

    Wanted of(OpCase test) {
        var outputs = outputs(test);
        if (test.bound() instanceof Bound.Sum) {
            var absolute = outputs(test.map(Oracle64::absolute));
            return new Wanted(outputs, absolute.stream().map(HostTensor::values).toList());
        }
        return new Wanted(outputs, outputs.stream().map(Oracle64::greatest).toList());
    }

    /** Run with every float input widened to float64. Operations that make a type themselves run as they are. */
    List<HostTensor> outputs(OpCase test) {
        boolean isWidened = !makesType(test.op());
        try (var eager = new Eager(device)) {
            var inputs = test.inputs().stream()
                    .map(in -> isWidened && in.type().type().isFloat() ? in.as(DataType.FLOAT64) : in)
                    .map(in -> {
                        var tensor = eager.tensor(in.type());
                        in.write(device, eager.slot(tensor));
                        return tensor;
                    })
                    .toList();
            return test.meaning().apply(eager, inputs).stream()
                    .map(out -> HostTensor.read(device, eager.slot(out)))
                    .toList();
        }
    }

    private static boolean makesType(Op op) {
        return op instanceof Constant || op instanceof Iota || op instanceof Convert;
    }

    private static double[] greatest(HostTensor want) {
        double greatest = Arrays.stream(want.values())
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        var scale = new double[want.count()];
        Arrays.fill(scale, greatest);
        return scale;
    }

    private static HostTensor absolute(HostTensor in) {
        return in.type().type().isFloat() ? HostTensor.fill(in.type(), i -> Math.abs(in.get(i))) : in;
    }
}
