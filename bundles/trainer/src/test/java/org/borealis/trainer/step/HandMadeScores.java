package org.borealis.trainer.step;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.device.Eager;
import org.borealis.model.AttentionHeads.Rows;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;

/** Algorithm 1 of Kimi Team 2025 in loops over numbers, on the queries and keys that a model makes. */
final class HandMadeScores {
    private HandMadeScores() {}

    /** What an attention sees. */
    private record Attended(HostTensor q, HostTensor k, double scale) {
        double[] greatest() {
            var sizes = q.type().shape();
            int heads = sizes.dim(2);
            var greatest = new double[heads];
            Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
            for (int b = 0; b < sizes.dim(0); b++) {
                for (int h = 0; h < heads; h++) {
                    for (int t = 0; t < sizes.dim(1); t++) {
                        for (int s = 0; s <= t; s++) {
                            greatest[h] = Math.max(greatest[h], score(b, h, t, s));
                        }
                    }
                }
            }
            return greatest;
        }

        private double score(int b, int h, int t, int s) {
            int group = q.type().shape().dim(2) / k.type().shape().dim(2);
            double sum = 0;
            for (int d = 0; d < q.type().shape().dim(3); d++) {
                sum += at(q, b, t, h, d) * at(k, b, s, h / group, d);
            }
            return scale * sum;
        }

        private static double at(HostTensor x, int b, int t, int h, int d) {
            var sizes = x.type().shape();
            return x.get(((b * sizes.dim(1) + t) * sizes.dim(2) + h) * sizes.dim(3) + d);
        }
    }

    /**
     * The greatest score of each head of each attention.
     *
     * @param values of parameters, by their names in a run
     */
    static double[] of(ModelFamily model, BiFunction<String, DataType, double[]> values, TokenBatch batch) {
        var found = new ArrayList<Attended>();
        try (var device = new ReferenceBackend().open();
                var eager = new Eager(device)) {
            var causal = Context.causal();
            var context = new Context() {
                @Override
                public Tensor positions(Tensor tokens) {
                    return causal.positions(tokens);
                }

                @Override
                public Tensor attend(int layer, Tensor q, Tensor k, Tensor v, double scale) {
                    found.add(new Attended(
                            HostTensor.read(device, eager.slot(q)), HostTensor.read(device, eager.slot(k)), scale));
                    return causal.attend(layer, q, k, v, scale);
                }
            };
            Map<Parameter, Tensor> weights = new HashMap<>();
            for (var parameter : model.parameters()) {
                var type = new TensorType(DataType.FLOAT64, parameter.shape());
                var numbers = values.apply(TrainState.parameter(parameter), DataType.FLOAT64);
                weights.put(parameter, HostTensor.of(type, numbers).to(device, eager));
            }
            var ids = batch.tokens();
            var tokens = HostTensor.fill(TensorType.of(DataType.INT32, batch.rows(), batch.sequence()), i -> ids[i]);
            model.hidden(p -> Objects.requireNonNull(weights.get(p)), tokens.to(device, eager), context);
        }
        return found.stream()
                .flatMapToDouble(each -> Arrays.stream(each.greatest()))
                .toArray();
    }

    /** What each row of a parameter is multiplied with. */
    static double[] factors(ModelFamily model, Parameter parameter, double[] scores, double threshold, double alpha) {
        var factors = new double[parameter.shape().dim(0)];
        Arrays.fill(factors, 1);
        int first = 0;
        for (var attention : model.attentions()) {
            int group = attention.heads() / attention.keyHeads();
            for (int key = 0; key < attention.keyHeads(); key++) {
                double greatest = Double.NEGATIVE_INFINITY;
                for (int h = key * group; h < (key + 1) * group; h++) {
                    greatest = Math.max(greatest, scores[first + h]);
                }
                double eta = greatest > threshold ? threshold / greatest : 1;
                multiply(factors, parameter, attention.queries(), attention.keyHeads(), key, Math.pow(eta, alpha));
                multiply(factors, parameter, attention.keys(), attention.keyHeads(), key, Math.pow(eta, 1 - alpha));
            }
            first += attention.heads();
        }
        return factors;
    }

    private static void multiply(
            double[] factors, Parameter parameter, List<Rows> all, int heads, int head, double factor) {
        for (var rows : all) {
            int size = rows.count() / heads;
            for (int i = 0; rows.parameter().equals(parameter) && i < size; i++) {
                factors[rows.first() + head * size + i] *= factor;
            }
        }
    }
}
