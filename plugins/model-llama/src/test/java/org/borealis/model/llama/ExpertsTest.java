package org.borealis.model.llama;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.borealis.device.Eager;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.ModelFamilyConformance;
import org.borealis.testkit.Oracle;
import org.borealis.testkit.Samples;
import org.borealis.testkit.Settings;
import org.junit.jupiter.api.Test;

final class ExpertsTest extends ModelFamilyConformance {
    private static final int BATCH = 2;
    private static final int TIME = 9;
    private static final int HIDDEN = 6;
    private static final int EXPERTS = 4;

    private static LlamaSettings settings(Map<String, ?> more) {
        var settings = new HashMap<String, Object>(
                Map.of("layers", 2, "hidden", HIDDEN, "heads", 1, "feedForward", 5, "sequence", 11, "vocabulary", 37));
        settings.put("experts", EXPERTS);
        settings.putAll(more);
        return Settings.of(LlamaSettings.class, settings);
    }

    /** With room for all, so that tokens of a cached sequence go where they went in the whole one. */
    @Override
    protected ModelFamily model() {
        return new Llama(settings(Map.of("capacityFactor", 0)));
    }

    @Test
    void aLayerIsWhatPlainJavaMakesOfTheFormula() {
        for (double factor : new double[] {0, 1, 0.5}) {
            for (int perToken : new int[] {1, 2, 3}) {
                compare(settings(Map.of("capacityFactor", factor, "expertsPerToken", perToken)));
            }
        }
    }

    private static void compare(LlamaSettings settings) {
        var layer = Experts.of(0, Dimensions.of(settings), Mixture.of(settings).orElseThrow(), settings);
        var x = Samples.of(DataType.FLOAT64, 1, BATCH, TIME, HIDDEN);
        Map<Parameter, HostTensor> values = new HashMap<>();
        layer.parameters()
                .forEach(p ->
                        values.put(p, Samples.of(new TensorType(DataType.FLOAT64, p.shape()), values.size() + 2)));
        var plain = new PlainExperts(layer, values, settings.epsilon());
        try (var device = Oracle.find().open();
                var eager = new Eager(device)) {
            var input = eager.tensor(x.type());
            x.write(device, eager.slot(input));
            var result = layer.apply(
                    parameter -> {
                        var value = values.get(parameter);
                        var tensor = eager.tensor(value.type());
                        value.write(device, eager.slot(tensor));
                        return tensor;
                    },
                    input);
            var states = HostTensor.read(device, eager.slot(result.states())).values();
            var imbalance = HostTensor.read(
                            device, eager.slot(result.imbalance().orElseThrow()))
                    .values();
            for (int row = 0; row < BATCH; row++) {
                var tokens = Arrays.copyOfRange(x.values(), row * TIME * HIDDEN, (row + 1) * TIME * HIDDEN);
                plain.run(tokens);
                assertArrayEquals(
                        plain.states,
                        Arrays.copyOfRange(states, row * TIME * HIDDEN, (row + 1) * TIME * HIDDEN),
                        1e-13);
                double mean = Arrays.stream(imbalance, row * TIME, (row + 1) * TIME)
                        .average()
                        .orElseThrow();
                assertEquals(plain.imbalance, mean, 1e-13);
            }
        }
    }

    /** Token by token, in loops over arrays. */
    private static final class PlainExperts {
        private final Experts layer;
        private final Map<Parameter, HostTensor> values;
        private final double epsilon;
        private double[] states = {};
        private double imbalance;

        PlainExperts(Experts layer, Map<Parameter, HostTensor> values, double epsilon) {
            this.layer = layer;
            this.values = values;
            this.epsilon = epsilon;
        }

        void run(double[] sequence) {
            int perToken = layer.mixture().perToken();
            int capacity = layer.mixture().capacity(TIME);
            var taken = new int[EXPERTS];
            var chosen = new double[EXPERTS];
            var probability = new double[EXPERTS];
            states = new double[sequence.length];
            for (int t = 0; t < TIME; t++) {
                var x = normal(Arrays.copyOfRange(sequence, t * HIDDEN, (t + 1) * HIDDEN));
                var p = probabilities(x);
                var best = IntStream.range(0, EXPERTS)
                        .boxed()
                        .sorted(Comparator.comparingDouble(e -> -p[e]))
                        .limit(perToken)
                        .toList();
                double sum = best.stream().mapToDouble(e -> p[e]).sum();
                for (int e : best) {
                    chosen[e] += 1.0 / (TIME * perToken);
                    if (taken[e]++ < capacity) {
                        add(e, x, perToken == 1 ? p[e] : p[e] / sum, t * HIDDEN);
                    }
                }
                for (int e = 0; e < EXPERTS; e++) {
                    probability[e] += p[e] / TIME;
                }
            }
            imbalance = IntStream.range(0, EXPERTS)
                    .mapToDouble(e -> EXPERTS * chosen[e] * probability[e])
                    .sum();
        }

        private double[] normal(double[] x) {
            double square = Arrays.stream(x).map(v -> v * v).average().orElseThrow();
            var weight = values.get(layer.norm().weight());
            return IntStream.range(0, HIDDEN)
                    .mapToDouble(c -> x[c] / Math.sqrt(square + epsilon) * weight.get(c))
                    .toArray();
        }

        private double[] probabilities(double[] x) {
            var router = values.get(layer.router());
            var scores = IntStream.range(0, EXPERTS)
                    .mapToDouble(e -> Math.exp(IntStream.range(0, HIDDEN)
                            .mapToDouble(c -> x[c] * router.get(e * HIDDEN + c))
                            .sum()))
                    .toArray();
            double sum = Arrays.stream(scores).sum();
            return Arrays.stream(scores).map(score -> score / sum).toArray();
        }

        private void add(int expert, double[] x, double weight, int at) {
            int channels = layer.gate().shape().dim(2);
            for (int f = 0; f < channels; f++) {
                double gate = 0;
                double up = 0;
                for (int c = 0; c < HIDDEN; c++) {
                    int index = (expert * HIDDEN + c) * channels + f;
                    gate += x[c] * values.get(layer.gate()).get(index);
                    up += x[c] * values.get(layer.up()).get(index);
                }
                double inner = gate / (1 + Math.exp(-gate)) * up;
                for (int c = 0; c < HIDDEN; c++) {
                    states[at + c] +=
                            weight * inner * values.get(layer.down()).get((expert * channels + f) * HIDDEN + c);
                }
            }
        }
    }

    @Test
    void anExpertHasItsShareOfRoomTimesTheFactor() {
        assertEquals(5, new Mixture(8, 2, 1.25).capacity(16));
        assertEquals(3, new Mixture(8, 2, 1.25).capacity(8));
        assertEquals(1, new Mixture(64, 1, 1.0).capacity(1));
        assertEquals(7, new Mixture(2, 2, 1.25).capacity(7)); // no more than there are tokens
        assertEquals(7, new Mixture(8, 2, 0).capacity(7));
    }

    @Test
    void aTokenCostsWhatItsExpertsCost() {
        var dense = new Llama(settings(Map.of("experts", 0)));
        var mixture = new Llama(settings(Map.of()));
        double layer = 3 * HIDDEN * 5 + EXPERTS * HIDDEN; // one expert more, and the router
        assertEquals(dense.trainingFlopsPerToken() + 6 * 2 * layer, mixture.trainingFlopsPerToken());
    }

    @Test
    void settingsThatContradictEachOtherAreNamed() {
        assertRefused(Map.of("expertsPerToken", 5), "expertsPerToken has to be from 1 to experts, which is 4; got 5");
        assertRefused(Map.of("expertsPerToken", 0), "got 0");
        assertRefused(Map.of("capacityFactor", -1), "capacityFactor has to be at least 0");
        assertRefused(Map.of("auxiliaryLoss", -1), "auxiliaryLoss has to be at least 0");
        assertRefused(Map.of("bias.feedForward", true), "experts have no bias");
        assertRefused(Map.of("experts", -1), "experts has to be at least 0");
    }

    private static void assertRefused(Map<String, ?> settings, String words) {
        var refused = assertThrows(BorealisException.class, () -> new Llama(settings(settings)));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    @Test
    void withoutExpertsThereAreNone() {
        assertTrue(new Llama(settings(Map.of("experts", 0)))
                .parameters().stream()
                        .noneMatch(p -> p.name().contains("router") || p.name().contains("experts")));
    }
}
