package org.borealis.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** At sizes where blocks of rows end in odd places; smaller ones are the kit's. */
class AttentionsTest {
    private static final double SCALE = 0.3;

    @ParameterizedTest
    @CsvSource({"1, 127, 2, 2, 5", "1, 128, 2, 1, 64", "2, 129, 3, 3, 16", "1, 300, 4, 2, 7", "2, 385, 2, 1, 64"})
    void attentionIsWhatItStandsFor(int batch, int time, int heads, int keyHeads, int size) {
        try (var device = Onednn.open(2);
                var eager = new Eager(device)) {
            var q = sample(device, eager, 1, batch, time, heads, size);
            var k = sample(device, eager, 2, batch, time, keyHeads, size);
            var v = sample(device, eager, 3, batch, time, keyHeads, size);
            var y = compare(device, eager, new Attention(SCALE), List.of(q, k, v));
            var dy = sample(device, eager, 4, batch, time, heads, size);
            compare(device, eager, new Attention.Gradient(SCALE), List.of(dy, q, k, v, y.get(0), y.get(1)));
        }
    }

    /** Where a row attends to one key and to others not at all: numbers below the normal ones would take a hundred times as long. */
    @Test
    void forScoresInTheHundredsItMakesNoNumberBelowTheNormalOnes() {
        double scale = 100;
        try (var device = Onednn.open(1);
                var eager = new Eager(device)) {
            var q = sample(device, eager, 1, 1, 300, 2, 16);
            var k = sample(device, eager, 2, 1, 300, 2, 16);
            var v = sample(device, eager, 3, 1, 300, 2, 16);
            var y = compare(device, eager, new Attention(scale), List.of(q, k, v), 1e-3f);
            var dy = sample(device, eager, 4, 1, 300, 2, 16);
            var gradient = new Attention.Gradient(scale);
            var got = compare(device, eager, gradient, List.of(dy, q, k, v, y.get(0), y.get(1)), 1e-2f);
            for (var tensor : got) {
                for (float number : Onednn.floats(device, eager.slot(tensor))) {
                    assertTrue(number == 0 || Math.abs(number) >= Float.MIN_NORMAL, () -> number + " is not normal");
                }
            }
        }
    }

    private static Tensor sample(Device device, Eager eager, long seed, int... sizes) {
        var tensor = eager.tensor(TensorType.of(DataType.FLOAT32, sizes));
        Onednn.fill(device, eager.slot(tensor), seed);
        return tensor;
    }

    /** Sums of up to 385 products of numbers below 1. */
    private static List<Tensor> compare(Device device, Eager eager, Composite op, List<Tensor> in) {
        return compare(device, eager, op, in, 2e-5f);
    }

    private static List<Tensor> compare(Device device, Eager eager, Composite op, List<Tensor> in, float most) {
        var got = eager.apply(op, in);
        var want = op.decompose(in);
        for (int i = 0; i < want.size(); i++) {
            assertArrayEquals(
                    Onednn.floats(device, eager.slot(want.get(i))),
                    Onednn.floats(device, eager.slot(got.get(i))),
                    most,
                    op.label() + ", output " + i);
        }
        return got;
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        var alone = results(1);
        var together = results(3);
        for (int i = 0; i < alone.size(); i++) {
            assertArrayEquals(alone.get(i), together.get(i), "output " + i);
        }
    }

    private static List<float[]> results(int threads) {
        try (var device = Onednn.open(threads)) {
            var q = Onednn.sample(device, 1, 2, 200, 4, 16);
            var k = Onednn.sample(device, 2, 2, 200, 2, 16);
            var v = Onednn.sample(device, 3, 2, 200, 2, 16);
            var dy = Onednn.sample(device, 4, 2, 200, 4, 16);
            var y = Onednn.sample(device, 5, 2, 200, 4, 16);
            var sums = Onednn.sample(device, 6, 2, 4, 200);
            var out = new ArrayList<Slot>();
            for (var like : List.of(q, k, v)) {
                out.add(Slot.allocate(device, like.type()));
            }
            device.bind(new Attention(SCALE), List.of(q, k, v), List.of(y, sums))
                    .run();
            device.bind(new Attention.Gradient(SCALE), List.of(dy, q, k, v, y, sums), out)
                    .run();
            out.add(y);
            out.add(sums);
            return out.stream().map(slot -> Onednn.floats(device, slot)).toList();
        }
    }
}
