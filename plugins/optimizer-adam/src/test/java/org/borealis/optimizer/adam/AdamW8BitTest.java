package org.borealis.optimizer.adam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.Oracle;
import org.borealis.testkit.Samples;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.Test;

final class AdamW8BitTest extends OptimizerConformance {
    private static final TensorType TYPE = TensorType.of(DataType.FLOAT32, 9, 31);
    private static final double RATE = 0.01;
    private static final int STEPS = 30;

    private static Optimizer optimizer(Map<String, ?> settings) {
        return new AdamW8Bit(Settings.of(AdamW8Bit.Config.class, settings));
    }

    @Override
    protected Optimizer optimizer() {
        return optimizer(Map.of("rate", RATE, "smallest", 4, "block", 4));
    }

    @Test
    void aCodeIsNextToWhatItStandsFor() {
        for (var code : List.of(DynamicCode.SIGNED, DynamicCode.UNSIGNED)) {
            var x = HostTensor.fill(
                    TensorType.of(DataType.FLOAT32, 400),
                    i -> (code.isSigned() && i % 2 == 0 ? -1 : 1) * Math.pow(0.97, i));
            try (var device = Oracle.find().open();
                    var eager = new Eager(device)) {
                var read = HostTensor.read(device, eager.slot(code.decode(code.encode(x.to(device, eager)))));
                for (int i = 0; i < 400; i++) {
                    double magnitude = Math.abs(x.get(i));
                    int power = Math.max(0, (int) Math.floor(Math.log10(magnitude)) + code.powers());
                    double half =
                            0.45 * Math.pow(10, power - code.powers() + 1) / (1 << Math.min(power, code.powers() - 1));
                    assertEquals(
                            x.get(i),
                            read.get(i),
                            half + code.least() / 2 + 1e-6 * magnitude,
                            code + " of " + x.get(i));
                }
            }
        }
    }

    @Test
    void allCodesReadBackAsThemselves() {
        for (var code : List.of(DynamicCode.SIGNED, DynamicCode.UNSIGNED)) {
            int from = code.isSigned() ? 1 : 0; // -128 stands for nothing
            var codes = HostTensor.fill(TensorType.of(DataType.UINT8, 256 - from), i -> i + from);
            try (var device = Oracle.find().open();
                    var eager = new Eager(device)) {
                var again = code.encode(code.decode(codes.to(device, eager)));
                assertArrayEquals(
                        codes.bytes(),
                        HostTensor.read(device, eager.slot(again)).bytes());
            }
        }
    }

    /** Each step is off by some percent, now here and now there: less than a twentieth of the way that all may take. */
    @Test
    void thirtyStepsEndNearThoseOfFloats() {
        var floats = new AdamW(Settings.of(AdamW.Config.class, Map.of("rate", RATE)));
        var wanted = descended(floats);
        var got = descended(optimizer(Map.of("rate", RATE, "smallest", 4, "block", 64)));
        for (int i = 0; i < wanted.count(); i++) {
            assertEquals(wanted.get(i), got.get(i), 0.05 * STEPS * RATE, "element " + i);
        }
    }

    private static HostTensor descended(Optimizer optimizer) {
        var parameter = Parameter.normal("x", 1, 9, 31);
        var value = Samples.of(DataType.FLOAT32, 1, 9, 31);
        var state = optimizer.state(parameter, DataType.FLOAT32).stream()
                .map(s -> HostTensor.of(s.type(), ((Optimizer.State.Initial.Fill) s.initial()).value()))
                .toList();
        try (var device = Oracle.find().open()) {
            for (int step = 1; step <= STEPS; step++) {
                try (var eager = new Eager(device)) {
                    int number = step;
                    var x = value;
                    var gradient = HostTensor.fill(TYPE, i -> 0.1 * Math.sin(0.3 * (i + 1) * number) + 0.1 * x.get(i));
                    var update = optimizer.update(
                            parameter,
                            value.to(device, eager),
                            gradient.to(device, eager),
                            state.stream().map(s -> s.to(device, eager)).toList(),
                            new Optimizer.Step(number(device, eager, step), number(device, eager, RATE)));
                    value = HostTensor.read(device, eager.slot(update.value()));
                    state = update.state().stream()
                            .map(s -> HostTensor.read(device, eager.slot(s)))
                            .toList();
                }
            }
        }
        return value;
    }

    private static Tensor number(Device device, Eager eager, double value) {
        return HostTensor.of(TensorType.of(DataType.FLOAT64), value).to(device, eager);
    }
}
