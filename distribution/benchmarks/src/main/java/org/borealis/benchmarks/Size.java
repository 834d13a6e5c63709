package org.borealis.benchmarks;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.step.TokenBatch;

/** Sizes of a GPT-2-shaped model and of a step. */
record Size(String name, int layers, int hidden, int heads, int vocabulary, int sequence, int rows) {
    private static final Map<String, Size> KNOWN = Map.of(
            "gpt2-124m",
                    new Size("gpt2-124m", 12, 768, 12, 50304, 1024, 4), // Radford et al. 2019, vocabulary padded to 128
            "gpt-25m", new Size("gpt-25m", 6, 512, 8, 8192, 512, 8),
            "gpt-1m", new Size("gpt-1m", 4, 128, 4, 1024, 128, 8));

    static Size of(String name) {
        var size = KNOWN.get(name);
        if (size == null) {
            throw new BorealisException(
                    "size",
                    "no size '" + name + "'; known are "
                            + KNOWN.keySet().stream().sorted().toList());
        }
        return size;
    }

    int tokens() {
        return rows * sequence;
    }

    /** The same numbers at each call: one token more than a step has. */
    int[] randomTokens() {
        return new Random(1).ints(tokens() + 1, 0, vocabulary()).toArray();
    }

    /** A step's input: {@link #randomTokens}, row behind row. */
    TokenBatch batch() {
        var tokens = randomTokens();
        var batch = new TokenBatch(rows, sequence);
        for (int row = 0; row < rows; row++) {
            int from = row * sequence;
            batch.set(row, Arrays.copyOfRange(tokens, from, from + sequence + 1), sequence + 1);
        }
        return batch;
    }
}
