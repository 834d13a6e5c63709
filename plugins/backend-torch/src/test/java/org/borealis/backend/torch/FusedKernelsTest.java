package org.borealis.backend.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.CachedAttention;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.Rotary;
import org.borealis.tensor.composite.SwiGlu;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each fused kernel against what the composite stands for, run on primitives of the same device. */
class FusedKernelsTest {
    private static final List<DataType> TYPES =
            List.of(DataType.FLOAT64, DataType.FLOAT32, DataType.BFLOAT16, DataType.FLOAT16);
    private static Device device;

    @BeforeAll
    static void open() {
        device = Torch.open(0);
    }

    @AfterAll
    static void close() {
        device.close();
    }

    @Test
    void normalisations() {
        for (var type : TYPES) {
            var x = TensorType.of(type, 3, 129, 65);
            var channel = TensorType.of(type, 65);
            compare(new LayerNorm(1e-5), x, channel, channel);
            compare(new RmsNorm(1e-5), x, channel);
            var row = TensorType.of(type.accumulator(), 3, 129, 1);
            compare(new LayerNorm.Gradient(), x, x, channel, row, row);
            compare(new RmsNorm.Gradient(), x, x, channel, row);
        }
    }

    @Test
    void activations() {
        for (var type : TYPES) {
            var x = TensorType.of(type, 3, 129);
            for (boolean tanh : new boolean[] {true, false}) {
                compare(new Gelu(tanh), x);
                compare(new Gelu.Gradient(tanh), x, x);
            }
            compare(new SwiGlu(), x, x);
            compare(new SwiGlu.Gradient(), x, x, x);
            var angles = TensorType.of(type, 7, 8);
            compare(new Rotary(), TensorType.of(type, 2, 7, 3, 16), angles, angles);
        }
    }

    @Test
    void attentionWithAndWithoutGroups() {
        for (var type : TYPES) {
            for (int keyHeads : new int[] {6, 2, 1}) {
                for (int length : new int[] {1, 3, 129}) {
                    var q = TensorType.of(type, 2, length, 6, 16);
                    var k = TensorType.of(type, 2, length, keyHeads, 16);
                    compare(new Attention(0.25), q, k, k);
                    compareAttentionGradient(q, k);
                }
            }
        }
    }

    private void compareAttentionGradient(TensorType q, TensorType k) {
        var inputs = values(List.of(q, k, k));
        var forward = run(new Attention(0.25), inputs, false);
        var all = new ArrayList<>(values(List.of(q)));
        all.addAll(inputs);
        all.addAll(forward);
        compare(new Attention.Gradient(0.25), all);
    }

    @Test
    void attentionOverACache() {
        for (var type : TYPES) {
            for (int steps : new int[] {1, 5}) {
                for (int position : new int[] {0, 1, 20}) {
                    var q = TensorType.of(type, 2, steps, 6, 16);
                    var k = TensorType.of(type, 2, 32, 2, 16);
                    var inputs = new ArrayList<>(values(List.of(q, k, k)));
                    inputs.add(new Value(TensorType.of(DataType.INT32), new double[] {position}));
                    compare(new CachedAttention(0.25), inputs);
                }
            }
        }
    }

    @Test
    void crossEntropyWithIgnoredRows() {
        for (var type : TYPES) {
            for (int vocabulary : new int[] {3, 129, 60000}) {
                var logits = values(List.of(TensorType.of(type, 5, vocabulary))).get(0);
                var targets = new Value(
                        TensorType.of(DataType.INT32, 5), new double[] {0, 2, CrossEntropy.IGNORED, 1, vocabulary - 1});
                var forward = compare(new CrossEntropy(), List.of(logits, targets));
                var arriving = new Value(TensorType.of(type.accumulator()), new double[] {0.5});
                compare(new CrossEntropy.Gradient(), List.of(arriving, logits, targets, forward.get(1)));
            }
        }
    }

    @Test
    void adamSteps() {
        for (var type : TYPES) {
            for (boolean decoupled : new boolean[] {true, false}) {
                var x = TensorType.of(type, 3, 129);
                var inputs = new ArrayList<>(values(List.of(x, x, x, x)));
                double[] squares = inputs.get(3).numbers();
                for (int i = 0; i < squares.length; i++) {
                    squares[i] *= squares[i];
                }
                inputs.add(new Value(TensorType.of(DataType.FLOAT64), new double[] {3e-2}));
                inputs.add(new Value(TensorType.of(DataType.FLOAT64), new double[] {7}));
                compare(new AdamStep(0.9, 0.95, 1e-8, 0.1, decoupled), inputs);
            }
        }
    }

    private void compare(Composite op, TensorType... types) {
        compare(op, values(List.of(types)));
    }

    /** Runs both ways, and gives what the primitives gave. */
    private List<Value> compare(Composite op, List<Value> inputs) {
        var types = inputs.stream().map(Value::type).toList();
        assertTrue(device.fuses(op, types), op + " on " + types);
        var fused = run(op, inputs, true);
        var meant = run(op, inputs, false);
        for (int o = 0; o < meant.size(); o++) {
            assertEquals(meant.get(o).type(), fused.get(o).type());
            double[] wanted = meant.get(o).numbers();
            double[] came = fused.get(o).numbers();
            double size = 1; // that of the inputs: a result of zeros is as inexact as what cancels in it
            for (double number : wanted) {
                size = Math.max(size, Math.abs(number));
            }
            // Relative to the largest: sums of another order. bfloat16 and float16 round what is between on both sides.
            double tolerance = size
                    * switch (types.get(0).type()) {
                        case FLOAT64 -> 1e-6; // moments and counts of updates pass through float32
                        case FLOAT32 -> 1e-5;
                        case FLOAT16 -> 4e-3;
                        default -> 3e-2;
                    };
            for (int i = 0; i < wanted.length; i++) {
                assertEquals(wanted[i], came[i], tolerance, op + " " + types + " output " + o + " element " + i);
            }
        }
        return meant;
    }

    private record Value(TensorType type, double[] numbers) {}

    private static List<Value> values(List<TensorType> types) {
        var random = new Random(42);
        return types.stream()
                .map(type -> new Value(
                        type, random.doubles(type.shape().elements(), -2, 2).toArray()))
                .toList();
    }

    private static List<Value> run(Composite op, List<Value> inputs, boolean fused) {
        try (var trace = new org.borealis.device.Eager(fused ? device : Torch.unfused(device))) {
            var tensors = inputs.stream()
                    .map(value -> {
                        var exact = trace.tensor(value.type().as(DataType.FLOAT64));
                        write(trace.slot(exact), value.numbers());
                        return exact.as(value.type().type());
                    })
                    .toList();
            return trace.apply(op, tensors).stream()
                    .map(tensor -> new Value(tensor.type(), read(trace.slot(tensor.as(DataType.FLOAT64)))))
                    .toList();
        }
    }

    private static void write(Slot slot, double[] numbers) {
        device.write(slot, MemorySegment.ofArray(numbers));
    }

    private static double[] read(Slot slot) {
        double[] numbers = new double[(int) slot.type().shape().elements()];
        device.read(slot, MemorySegment.ofArray(numbers));
        return numbers;
    }
}
