package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.borealis.device.Device;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.AuxiliaryLoss;
import org.borealis.tensor.composite.CachedAttention;
import org.borealis.tensor.composite.Combine;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Dispatch;
import org.borealis.tensor.composite.ExpertSlots;
import org.borealis.tensor.composite.FullAttention;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.GreatestScores;
import org.borealis.tensor.composite.LayerEnd;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.Linear;
import org.borealis.tensor.composite.NewtonSchulz;
import org.borealis.tensor.composite.QkClip;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.Rotary;
import org.borealis.tensor.composite.Router;
import org.borealis.tensor.composite.Softmax;
import org.borealis.tensor.composite.SwiGlu;
import org.borealis.tensor.composite.TopK;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/** Every composite of the platform and its gradient, at odd sizes, with grouped heads and ignored targets. */
final class CompositeCases {
    private final DataType type;
    private final Bound bound;
    private final Oracle64 oracle;
    private final List<OpCase> cases = new ArrayList<>();

    /** @param oracle what a gradient needs of the forward pass is computed there */
    private CompositeCases(DataType type, Device oracle) {
        this.type = type;
        this.oracle = new Oracle64(oracle);
        // 16-bit types round a few intermediate values; the wider ones add up roundings of long sums.
        this.bound = new Bound.Scaled(type.bytes() == 2 ? 4 : 64);
    }

    static Stream<OpCase> of(DataType type, Device oracle) {
        var made = new CompositeCases(type, oracle);
        made.linear();
        made.norms();
        made.activations();
        made.softmax();
        made.attention();
        made.experts();
        made.crossEntropy();
        made.adam();
        made.muon();
        return made.cases.stream();
    }

    private HostTensor sample(int seed, int... sizes) {
        return Samples.of(type, seed, sizes);
    }

    private OpCase add(Composite op, HostTensor... inputs) {
        var made = OpCase.of(op, bound, inputs);
        cases.add(made);
        return made;
    }

    /** Adds a gradient, or what follows otherwise, whose inputs are made of what the forward pass gives. */
    private void gradient(Composite op, OpCase forward, Function<List<HostTensor>, List<HostTensor>> inputs) {
        var blank = forward.op().infer(forward.types()).stream()
                .map(HostTensor::new)
                .toList();
        var types = inputs.apply(blank).stream().map(HostTensor::type).toList();
        cases.add(OpCase.later(op, bound, types, () -> inputs.apply(outputs(forward))));
    }

    /** What a case means, rounded to the types of its outputs: what the gradient gets. */
    private List<HostTensor> outputs(OpCase test) {
        var exact = oracle.outputs(test);
        var types = test.op().infer(test.types());
        var rounded = new ArrayList<HostTensor>();
        for (int i = 0; i < types.size(); i++) {
            rounded.add(exact.get(i).as(types.get(i).type()));
        }
        return rounded;
    }

    private void linear() {
        linear(new int[] {1}, 1);
        linear(new int[] {1, 129}, 3);
        linear(new int[] {2, 5, 64}, 129);
        linear(new int[] {65, 3}, 2);
        linear(new int[] {129, 96}, 128); // so large that threads share it
        linear(new int[] {2, 768}, 768); // more than a cache holds
        double least = Precision.of(type).leastNormal();
        for (double odd : new double[] {
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -0.0, least, -least / 2, least / 4
        }) {
            linear(odd);
        }
    }

    private void linear(int[] shape, int channels) {
        var x = TensorType.of(type, shape);
        int inner = x.shape().dim(-1);
        cases.add(OpCase.sampled(
                new Linear(),
                linearBound(inner),
                x,
                TensorType.of(type, channels, inner),
                TensorType.of(type, channels)));
    }

    private Bound linearBound(int inner) {
        return type.bytes() == 2 ? bound : new Bound.Sum(inner + 1);
    }

    /** An odd number in one row and in the bias of one channel; the other numbers are small, so that they do not swallow it. */
    private void linear(double odd) {
        double small = Precision.of(type).leastNormal();
        var x = TensorType.of(type, 40, 17);
        cases.add(OpCase.of(
                new Linear(),
                linearBound(17),
                HostTensor.fill(x, i -> i == 7 * 17 ? odd : small * (i % 5)),
                HostTensor.fill(TensorType.of(type, 5, 17), i -> 1),
                HostTensor.fill(TensorType.of(type, 5), i -> i == 2 ? odd : -0.0)));
    }

    private void norms() {
        for (var shape : List.of(new int[] {1, 1}, new int[] {3, 129}, new int[] {2, 5, 64}, new int[] {129, 3})) {
            norms(1e-5, sample(1, shape));
        }
        // So small that epsilon decides.
        norms(1e-3, scaled(0.01, sample(1, 3, 129)));
    }

    private void norms(double epsilon, HostTensor x) {
        int channels = x.type().shape().dim(-1);
        var weight = sample(2, channels);
        var dy = Samples.of(x.type(), 4);
        var root = add(new RmsNorm(epsilon), x, weight);
        gradient(new RmsNorm.Gradient(), root, out -> List.of(dy, x, weight, out.get(1)));
        if (channels > 1) { // of one element nothing is left to normalise
            var layer = add(new LayerNorm(epsilon), x, weight, sample(3, channels));
            gradient(new LayerNorm.Gradient(), layer, out -> List.of(dy, x, weight, out.get(1), out.get(2)));
        }
    }

    private static HostTensor scaled(double factor, HostTensor x) {
        return HostTensor.fill(x.type(), i -> factor * x.get(i));
    }

    private void activations() {
        for (var shape : List.of(new int[] {1}, new int[] {3, 129}, new int[] {2, 3, 5})) {
            var x = sample(1, shape);
            var dy = sample(2, shape);
            for (boolean tanh : new boolean[] {false, true}) {
                add(new Gelu(tanh), x);
                add(new Gelu.Gradient(tanh), dy, x);
            }
            add(new SwiGlu(), x, sample(3, shape));
            add(new SwiGlu.Gradient(), dy, x, sample(3, shape));
        }
        odd(Edges.numbers(type, 0, -0.0, 8, -8, 60, -60));
        odd(Edges.numbers(type, Double.NaN, 1, Double.NaN));
        add(new Rotary(), sample(1, 2, 7, 3, 10), sample(2, 7, 5), sample(3, 7, 5));
        add(new Rotary(), sample(1, 1, 1, 1, 2), sample(2, 1, 1), sample(3, 1, 1));
    }

    private void odd(HostTensor x) {
        add(new Gelu(false), x);
        add(new Gelu(true), x);
        add(new SwiGlu(), x, Samples.of(x.type(), 3));
        add(new LayerEnd("blocks.0"), x);
    }

    private void softmax() {
        for (var shape : List.of(new int[] {1}, new int[] {3, 129}, new int[] {2, 5, 64}, new int[] {1030, 130})) {
            softmax(OpCase.sampled(new Softmax(), bound, TensorType.of(type, shape)));
        }
        add(new Softmax(), scaled(100, sample(1, 5, 7))); // an exponential would overflow
        for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            softmax(OpCase.of(new Softmax(), bound, Edges.lines(type, odd)));
        }
    }

    private void softmax(OpCase forward) {
        cases.add(forward);
        var x = forward.types().get(0);
        cases.add(OpCase.later(
                new Softmax.Gradient(),
                bound,
                List.of(x, x),
                () -> List.of(Samples.of(x, 2), outputs(forward).get(0))));
    }

    private void attention() {
        attention(1, 1, 1, 1, 1);
        attention(2, 7, 3, 3, 5);
        attention(2, 33, 4, 2, 8);
        attention(1, 129, 2, 1, 8);
        fullAttention(1, 1, 1, 1, 1, 1);
        fullAttention(2, 5, 3, 4, 2, 8);
        fullAttention(1, 33, 129, 2, 1, 8);
        greatestScores(true, 1, 1, 1, 1, 1, 1);
        greatestScores(true, 2, 7, 7, 3, 3, 5);
        greatestScores(true, 1, 129, 129, 4, 2, 8);
        greatestScores(false, 2, 5, 3, 4, 2, 8);
        greatestScores(false, 1, 129, 33, 2, 1, 8);
        var q = sample(1, 1, 9, 2, 4);
        add(new Attention(20), q, sample(2, 1, 9, 2, 4), sample(3, 1, 9, 2, 4)); // an exponential would overflow
        for (int position : new int[] {0, 4, 8}) {
            add(
                    new CachedAttention(0.35),
                    sample(1, 2, 3, 4, 8),
                    sample(2, 2, 11, 2, 8),
                    sample(3, 2, 11, 2, 8),
                    HostTensor.of(TensorType.of(DataType.INT32), position));
        }
    }

    private void greatestScores(
            boolean isCausal, int batch, int time, int keys, int heads, int keyHeads, int headSize) {
        add(
                new GreatestScores(1 / Math.sqrt(headSize), isCausal),
                sample(1, batch, time, heads, headSize),
                sample(2, batch, keys, keyHeads, headSize));
    }

    /** A block of queries that sees a block of keys of another length. */
    private void fullAttention(int batch, int time, int keys, int heads, int keyHeads, int headSize) {
        double scale = 1 / Math.sqrt(headSize);
        var q = sample(1, batch, time, heads, headSize);
        var k = sample(2, batch, keys, keyHeads, headSize);
        var v = sample(3, batch, keys, keyHeads, headSize);
        var forward = add(new FullAttention(scale), q, k, v);
        var dy = sample(4, batch, time, heads, headSize);
        gradient(new FullAttention.Gradient(scale), forward, out -> List.of(dy, q, k, v, out.get(0), out.get(1)));
    }

    private void attention(int batch, int time, int heads, int keyHeads, int headSize) {
        double scale = 1 / Math.sqrt(headSize);
        var q = sample(1, batch, time, heads, headSize);
        var k = sample(2, batch, time, keyHeads, headSize);
        var v = sample(3, batch, time, keyHeads, headSize);
        var forward = add(new Attention(scale), q, k, v);
        var dy = sample(4, batch, time, heads, headSize);
        gradient(new Attention.Gradient(scale), forward, out -> List.of(dy, q, k, v, out.get(0), out.get(1)));
    }

    private void experts() {
        experts(1, 1, 1, 1, 1, 1);
        experts(2, 7, 3, 2, 7, 5); // room for all
        experts(3, 33, 8, 2, 5, 8); // some come too late
        experts(1, 129, 5, 3, 40, 3);
        add(new TopK(2), Edges.numbers(type, 1, 1, Double.NEGATIVE_INFINITY, -0.0, 0));
        add(new AuxiliaryLoss(), sample(1), sample(2));
    }

    private void experts(int batch, int time, int experts, int perToken, int capacity, int channels) {
        var x = sample(1, batch, time, channels);
        add(new Router(), x, sample(2, experts, channels));
        add(new TopK(perToken), sample(3, batch, time, experts));
        var slots = add(new ExpertSlots(experts, capacity), Samples.indices(experts, 4, batch, time, perToken));
        var y = sample(5, batch, experts * capacity, channels);
        var weights = sample(6, batch, time, perToken);
        gradient(new Dispatch(), slots, out -> List.of(x, out.get(1), out.get(0)));
        gradient(new Dispatch.Gradient(), slots, out -> List.of(y, out.get(0)));
        gradient(new Combine(), slots, out -> List.of(y, weights, out.get(0), out.get(1)));
        gradient(new Combine.Gradient(), slots, out -> List.of(x, y, weights, out.get(0), out.get(1)));
    }

    private void crossEntropy() {
        crossEntropy(1, 1, 2);
        crossEntropy(5, 129, 2);
        crossEntropy(33, 17, 3);
        crossEntropy(3, 5, 1); // all ignored
        crossEntropy(scaled(100, sample(1, 5, 7)), 2); // an exponential that would overflow
    }

    /** Every {@code ignored}-th target does not count. */
    private void crossEntropy(int rows, int vocabulary, int ignored) {
        crossEntropy(sample(1, rows, vocabulary), ignored);
    }

    private void crossEntropy(HostTensor logits, int ignored) {
        int rows = logits.type().shape().dim(0);
        int vocabulary = logits.type().shape().dim(1);
        var chosen = Samples.indices(vocabulary, 2, rows);
        var targets =
                HostTensor.fill(chosen.type(), i -> (i + 1) % ignored == 0 ? CrossEntropy.IGNORED : chosen.get(i));
        var forward = add(new CrossEntropy(), logits, targets);
        var flow = HostTensor.of(TensorType.of(type.accumulator()), 0.7);
        gradient(new CrossEntropy.Gradient(), forward, out -> List.of(flow, logits, targets, out.get(1)));
    }

    private void adam() {
        for (var op : List.of(
                new AdamStep(0.9, 0.95, 1e-8, 0.1, true),
                new AdamStep(0.9, 0.999, 1e-6, 0.1, false),
                new AdamStep(0.8, 0.95, 1e-8, 0, true))) {
            for (var shape : List.of(new int[] {1}, new int[] {129}, new int[] {3, 5})) {
                add(
                        op,
                        sample(1, shape),
                        sample(2, shape),
                        sample(3, shape),
                        Samples.positive(TensorType.of(type, shape), 4),
                        HostTensor.of(TensorType.of(DataType.FLOAT64), 0.01),
                        HostTensor.of(TensorType.of(DataType.FLOAT64), 3));
            }
        }
        // So small that epsilon decides.
        var tiny = TensorType.of(type, 129);
        add(
                new AdamStep(0.9, 0.95, 1e-2, 0.1, true),
                sample(1, 129),
                scaled(0.01, sample(2, 129)),
                scaled(0.01, sample(3, 129)),
                scaled(0.0001, Samples.positive(tiny, 4)),
                HostTensor.of(TensorType.of(DataType.FLOAT64), 0.5),
                HostTensor.of(TensorType.of(DataType.FLOAT64), 1));
    }

    private void muon() {
        for (var shape : List.of(new int[] {1, 1}, new int[] {3, 5}, new int[] {2, 33, 7})) {
            add(NewtonSchulz.jordan(1e-7), sample(1, shape));
        }
        add(new QkClip(10, 0.3), HostTensor.of(TensorType.of(type, 4), -5, 5, 20, 40));
        add(new QkClip(10, 1), HostTensor.of(TensorType.of(type, 1), 11));
    }
}
