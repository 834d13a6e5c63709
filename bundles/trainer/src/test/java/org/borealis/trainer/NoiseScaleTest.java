package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.borealis.testkit.Goldens;
import org.junit.jupiter.api.Test;

/** Against the estimator of GPT-NeoX, which takes the gradient of the last micro-batch of a step as the small one. */
class NoiseScaleTest {
    private static final double TOLERANCE = 1e-12;

    private final JsonNode golden = Goldens.of("gradient_noise_scale.json", json -> json.has("trace"))
            .getFirst()
            .json();
    private final double small = golden.path("batch_size_small").asDouble();
    private final List<double[]> gradients = new ArrayList<>();

    NoiseScaleTest() {
        golden.path("micro_gradients").forEach(row -> {
            var gradient = new double[row.size()];
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = row.path(i).asDouble();
            }
            gradients.add(gradient);
        });
    }

    private static double squares(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }

    private static double[] mean(List<double[]> all) {
        var mean = new double[all.getFirst().length];
        all.forEach(each -> {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += each[i] / all.size();
            }
        });
        return mean;
    }

    @Test
    void averagesOverStepsAreTheGoldens() {
        int batches = golden.path("n_batches").asInt();
        var scale = NoiseScale.NONE;
        for (int end = batches; end <= gradients.size(); end += batches) {
            var step = gradients.subList(end - batches, end);
            scale = scale.with(
                    NoiseScale.of(squares(mean(step)), batches * small, squares(step.getLast()), small),
                    golden.path("beta").asDouble());
            double wanted =
                    golden.path("trace").path(end - 1).path("noise_scale").asDouble();
            assertEquals(wanted, scale.sequences().orElseThrow(), TOLERANCE * wanted, "micro step " + end);
        }
    }

    @Test
    void oneEstimateIsTheFormulas() {
        var wanted = golden.path("one_shot");
        var got = NoiseScale.of(
                squares(mean(gradients)),
                gradients.size() * small,
                gradients.stream()
                        .mapToDouble(NoiseScaleTest::squares)
                        .average()
                        .orElseThrow(),
                small);
        assertEquals(wanted.path("G2").asDouble(), got.signal(), TOLERANCE);
        assertEquals(wanted.path("trSigma").asDouble(), got.noise(), 100 * TOLERANCE);
        assertEquals(wanted.path("B_simple").asDouble(), got.sequences().orElseThrow(), 100 * TOLERANCE);
    }

    @Test
    void anEstimateThatIsNotPositiveTellsNothing() {
        assertTrue(NoiseScale.NONE.sequences().isEmpty());
        assertTrue(NoiseScale.of(1, 8, 10, 1).sequences().isEmpty(), "less signal than noise can explain");
    }
}
