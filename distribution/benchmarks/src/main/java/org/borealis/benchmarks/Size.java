package org.borealis.benchmarks;

import java.util.Map;
import org.borealis.tensor.BorealisException;

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
}
