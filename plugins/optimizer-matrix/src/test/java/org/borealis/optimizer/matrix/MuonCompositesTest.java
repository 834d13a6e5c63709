package org.borealis.optimizer.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.NewtonSchulz;
import org.borealis.tensor.composite.QkClip;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Oracle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Muon is made of, beside numbers that the original programs gave. */
final class MuonCompositesTest {
    private final Device device = Oracle.open();

    @AfterEach
    void close() {
        device.close();
    }

    private List<HostTensor> run(Composite op, HostTensor... inputs) {
        try (var eager = new Eager(device)) {
            var tensors =
                    Arrays.stream(inputs).map(input -> input.to(device, eager)).toList();
            return eager.apply(op, tensors).stream()
                    .map(output -> HostTensor.read(device, eager.slot(output)))
                    .toList();
        }
    }

    private static Stream<JsonNode> cases(String file) {
        return Goldens.of(file, json -> json.has("cases")).stream()
                .flatMap(golden -> golden.json().path("cases").valueStream());
    }

    private static HostTensor tensor(DataType type, JsonNode shape, JsonNode values) {
        var sizes = shape.valueStream().map(JsonNode::asInt).toList();
        return HostTensor.of(new TensorType(type, new Shape(sizes)), Goldens.numbers(values));
    }

    private static void near(String what, JsonNode wanted, HostTensor got, double tolerance) {
        var numbers = Goldens.numbers(wanted);
        for (int i = 0; i < numbers.length; i++) {
            assertEquals(numbers[i], got.get(i), tolerance, what + "[" + i + "]");
        }
    }

    private HostTensor orthogonal(DataType type, JsonNode test, int iterations) {
        var op = new NewtonSchulz(iterations, 3.4445, -4.7750, 2.0315, 1e-7);
        return run(op, tensor(type, test.path("shape"), test.path("G"))).get(0);
    }

    @Test
    void matricesAreMadeOrthogonalAsByTheOriginal() {
        cases("newton_schulz.json").forEach(test -> {
            for (int iterations : new int[] {1, 3, 5}) {
                var exact = test.path("out").path("f64_steps" + iterations);
                var narrow = test.path("out").path("bf16_steps" + iterations);
                near("f64", exact, orthogonal(DataType.FLOAT64, test, iterations), 1e-12);
                near(
                        "f32",
                        test.path("out").path("f32_steps" + iterations),
                        orthogonal(DataType.FLOAT32, test, iterations),
                        1e-5);
                // The original rounds coefficients to 8 bits, too; nobody has to be as far off as that.
                near("bf16", exact, orthogonal(DataType.BFLOAT16, test, iterations), distance(exact, narrow));
            }
        });
    }

    private static double distance(JsonNode one, JsonNode other) {
        var first = Goldens.numbers(one);
        var second = Goldens.numbers(other);
        return IntStream.range(0, first.length)
                .mapToDouble(i -> Math.abs(first[i] - second[i]))
                .max()
                .orElseThrow();
    }

    @Test
    void weightsOfQueriesAndKeysAreClippedAsByTheOriginal() {
        var matrix = new com.fasterxml.jackson.databind.json.JsonMapper()
                .createArrayNode()
                .add(4)
                .add(6);
        cases("qk_clip.json").forEach(test -> {
            var op = new QkClip(test.path("t").asDouble(), test.path("alpha").asDouble());
            var greatest = HostTensor.of(
                    TensorType.of(DataType.FLOAT64, 1), test.path("max_score").asDouble());
            var got = run(
                    op,
                    tensor(DataType.FLOAT64, matrix, test.at("/inputs/W_q")),
                    tensor(DataType.FLOAT64, matrix, test.at("/inputs/W_k")),
                    greatest);
            near("queries", test.path("W_q_new"), got.get(0), 1e-12);
            near("keys", test.path("W_k_new"), got.get(1), 1e-12);
        });
    }
}
