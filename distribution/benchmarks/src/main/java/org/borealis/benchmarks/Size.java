package org.borealis.benchmarks;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.Settings;
import org.borealis.trainer.step.TokenBatch;

/** Sizes of a model and of a step. */
public record Size(
        String name,
        String family,
        int layers,
        int hidden,
        int heads,
        int keyHeads,
        int feedForward,
        int vocabulary,
        int sequence,
        int rows) {
    private static final Map<String, Size> KNOWN = Map.of(
            "gpt2-124m", // Radford et al. 2019, vocabulary padded to 128
                    new Size("gpt2-124m", "gpt", 12, 768, 12, 12, 3072, 50304, 1024, 4),
            "llama-25m", new Size("llama-25m", "llama", 6, 512, 8, 4, 1408, 8192, 512, 8),
            "gpt-25m", new Size("gpt-25m", "gpt", 6, 512, 8, 8, 2048, 8192, 512, 8),
            "gpt-1m", new Size("gpt-1m", "gpt", 4, 128, 4, 4, 512, 1024, 128, 8));

    /** One that is known by name. */
    public static Size of(String name) {
        var size = KNOWN.get(name);
        if (size == null) {
            throw new BorealisException(
                    "size",
                    "no size '" + name + "'; known are "
                            + KNOWN.keySet().stream().sorted().toList());
        }
        return size;
    }

    /** As many sequences in a batch. */
    public Size withRows(int count) {
        return new Size(name, family, layers, hidden, heads, keyHeads, feedForward, vocabulary, sequence, count);
    }

    /** The same with sequences of another length. */
    public Size withSequence(int length) {
        return new Size(name, family, layers, hidden, heads, keyHeads, feedForward, vocabulary, length, rows);
    }

    int tokens() {
        return rows * sequence;
    }

    /** With random weights. */
    public ModelFamily model() {
        return switch (family) {
            case "gpt" ->
                new Gpt(Settings.of(
                        GptSettings.class,
                        Map.of(
                                "layers", layers,
                                "hidden", hidden,
                                "heads", heads,
                                "vocabulary", vocabulary,
                                "sequence", sequence,
                                "activation", "geluTanh",
                                "tied", true)));
            default ->
                new Llama(Settings.of(
                        LlamaSettings.class,
                        Map.of(
                                "layers", layers,
                                "hidden", hidden,
                                "heads", heads,
                                "keyValueHeads", keyHeads,
                                "feedForward", feedForward,
                                "vocabulary", vocabulary,
                                "sequence", sequence)));
        };
    }

    /** The same numbers at each call: one token more than a step has. */
    int[] randomTokens() {
        return new Random(1).ints(tokens() + 1, 0, vocabulary).toArray();
    }

    /** A step's input: {@link #randomTokens}, row behind row. */
    public TokenBatch batch() {
        var tokens = randomTokens();
        var batch = new TokenBatch(rows, sequence);
        for (int row = 0; row < rows; row++) {
            int from = row * sequence;
            batch.set(row, Arrays.copyOfRange(tokens, from, from + sequence + 1), sequence + 1);
        }
        return batch;
    }
}
