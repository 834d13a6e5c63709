package org.borealis.optimizer.matrix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import org.borealis.tensor.composite.GreatestScores;
import org.borealis.tensor.composite.NewtonSchulz;
import org.borealis.tensor.composite.QkClip;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Oracle;
import org.borealis.testkit.Samples;
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
    void greatestScoresAreThoseOfLoopsOverAllPairs() {
        for (var type : List.of(DataType.FLOAT64, DataType.FLOAT32)) {
            double tolerance = type == DataType.FLOAT64 ? 1e-12 : 1e-5;
            for (boolean isCausal : new boolean[] {true, false}) {
                for (int[] sizes : new int[][] {{1, 1, 1, 1, 1, 1}, {2, 3, 3, 6, 2, 5}, {1, 129, 129, 2, 2, 3}}) {
                    greatestScores(isCausal, tolerance, type, sizes);
                }
            }
            greatestScores(false, tolerance, type, 1, 3, 129, 2, 1, 5);
            greatestScores(false, tolerance, type, 1, 257, 3, 2, 1, 5);
        }
    }

    /** @param sizes B, T, S, H, K and D */
    private void greatestScores(boolean isCausal, double tolerance, DataType type, int... sizes) {
        var q = Samples.of(type, 1, sizes[0], sizes[1], sizes[3], sizes[5]);
        var k = Samples.of(type, 2, sizes[0], sizes[2], sizes[4], sizes[5]);
        var wanted = new double[sizes[3]];
        Arrays.fill(wanted, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < sizes[0] * sizes[1] * sizes[2] * sizes[3]; i++) {
            int h = i % sizes[3];
            int s = i / sizes[3] % sizes[2];
            int t = i / sizes[3] / sizes[2] % sizes[1];
            int b = i / sizes[3] / sizes[2] / sizes[1];
            if (isCausal && s > t) {
                continue;
            }
            double score = 0;
            for (int d = 0; d < sizes[5]; d++) {
                int query = ((b * sizes[1] + t) * sizes[3] + h) * sizes[5] + d;
                int key = ((b * sizes[2] + s) * sizes[4] + h * sizes[4] / sizes[3]) * sizes[5] + d;
                score += 0.7 * q.get(query) * k.get(key);
            }
            wanted[h] = Math.max(wanted[h], score);
        }
        var got = run(new GreatestScores(0.7, isCausal), q, k).getFirst();
        assertArrayEquals(wanted, got.values(), tolerance, isCausal + " " + Arrays.toString(sizes));
    }

    private static HostTensor times(JsonNode shape, JsonNode values, HostTensor factor) {
        var weight = tensor(DataType.FLOAT64, shape, values);
        return HostTensor.fill(weight.type(), i -> weight.get(i) * factor.get(0));
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
            var factors = run(op, greatest);
            near("queries", test.path("W_q_new"), times(matrix, test.at("/inputs/W_q"), factors.get(0)), 1e-12);
            near("keys", test.path("W_k_new"), times(matrix, test.at("/inputs/W_k"), factors.get(1)), 1e-12);
        });
    }
}
