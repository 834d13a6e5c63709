package org.borealis.loops;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Fusion;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.SwiGlu;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What models are made of, each as one body. */
class CompositesTest {
    private static final Bench BENCH = new Bench(2);

    @AfterAll
    static void close() {
        BENCH.close();
    }

    private static void check(Composite op, HostTensor... inputs) {
        var fusion = new Fusion(Program.trace(
                op.label(), List.of(inputs).stream().map(HostTensor::type).toList(), op::decompose));
        assertTrue(BENCH.accepts(fusion), op.label());
        var got = BENCH.run(fusion, List.of(inputs));
        double ulps = inputs[0].type().type().bytes() == 2 ? 4 : 400;
        Closeness.requireScaled(op.label(), got, BENCH.decomposed(fusion, List.of(inputs)), ulps);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            mode = Mode.INCLUDE,
            names = {"FLOAT32", "BFLOAT16", "FLOAT64"})
    void normsAndTheirGradients(DataType type) {
        var wide = type.accumulator();
        for (var shape : List.of(new int[] {3, 129}, new int[] {2, 5, 64}, new int[] {50, 1500}, new int[] {129, 3})) {
            var x = Bench.sample(type, 1, shape);
            int channels = shape[shape.length - 1];
            var weight = Bench.sample(type, 2, channels);
            var bias = Bench.sample(type, 3, channels);
            var dy = Bench.sample(type, 4, shape);
            var row = shape.clone();
            row[row.length - 1] = 1;
            var mean = Bench.sample(wide, 5, row);
            var deviation = HostTensor.fill(mean.type(), i -> 0.5 + i % 3);
            check(new LayerNorm(1e-5), x, weight, bias);
            check(new LayerNorm.Gradient(), dy, x, weight, mean, deviation);
            check(new RmsNorm(1e-5), x, weight);
            check(new RmsNorm.Gradient(), dy, x, weight, deviation);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            mode = Mode.INCLUDE,
            names = {"FLOAT32", "BFLOAT16", "FLOAT64"})
    void activationsAndTheirGradients(DataType type) {
        for (var shape : List.of(new int[] {1}, new int[] {3, 129}, new int[] {2, 3, 5}, new int[] {70000})) {
            var x = Bench.sample(type, 1, shape);
            var dy = Bench.sample(type, 2, shape);
            var up = Bench.sample(type, 3, shape);
            for (boolean tanh : new boolean[] {false, true}) {
                check(new Gelu(tanh), x);
                check(new Gelu.Gradient(tanh), dy, x);
            }
            check(new SwiGlu(), x, up);
            check(new SwiGlu.Gradient(), dy, x, up);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            mode = Mode.INCLUDE,
            names = {"FLOAT32", "BFLOAT16", "FLOAT64"})
    void crossEntropyAndItsGradient(DataType type) {
        for (var shape : List.of(new int[] {1, 2}, new int[] {33, 17}, new int[] {5, 129}, new int[] {9, 5000})) {
            var logits = Bench.sample(type, 1, shape);
            var targets = HostTensor.fill(
                    TensorType.of(DataType.INT32, shape[0]), i -> i % 3 == 2 ? CrossEntropy.IGNORED : i * 7 % shape[1]);
            check(new CrossEntropy(), logits, targets);
            var flow = HostTensor.of(TensorType.of(type.accumulator()), 0.7);
            var logSumExp = HostTensor.of(TensorType.of(type.accumulator(), shape[0]), Math.log(2.0 * shape[1]));
            check(new CrossEntropy.Gradient(), flow, logits, targets, logSumExp);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            mode = Mode.INCLUDE,
            names = {"FLOAT32", "BFLOAT16", "FLOAT64"})
    void adamSteps(DataType type) {
        for (var shape : List.of(new int[] {1}, new int[] {129}, new int[] {30, 5000})) {
            var second = HostTensor.fill(TensorType.of(type, shape), i -> 0.1 + i % 5);
            check(
                    new AdamStep(0.9, 0.95, 1e-8, 0.1, true),
                    Bench.sample(type, 1, shape),
                    Bench.sample(type, 2, shape),
                    Bench.sample(type, 3, shape),
                    second,
                    HostTensor.of(TensorType.of(DataType.FLOAT64), 0.01),
                    HostTensor.of(TensorType.of(DataType.FLOAT64), 3));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            mode = Mode.INCLUDE,
            names = {"FLOAT32", "BFLOAT16", "FLOAT64"})
    void softmaxOfShortRowsAndLong(DataType type) {
        for (var shape : List.of(new int[] {3, 5}, new int[] {2, 3, 1024}, new int[] {1, 2000}, new int[] {7, 3000})) {
            var fusion = Bench.fusion(List.of(TensorType.of(type, shape)), in -> {
                var powers = in.get(0).minus(in.get(0).max(-1)).exp();
                return List.of(powers.dividedBy(powers.sum(-1)));
            });
            var inputs = List.of(Bench.sample(type, 1, shape));
            assertTrue(BENCH.accepts(fusion));
            Closeness.requireScaled(
                    "softmax",
                    BENCH.run(fusion, inputs),
                    BENCH.decomposed(fusion, inputs),
                    type.bytes() == 2 ? 4 : 400);
        }
    }
}
