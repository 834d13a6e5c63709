package org.borealis.trainer.decode;

import java.util.Arrays;
import java.util.function.Consumer;
import org.borealis.data.Tokenizer;

/** Continues a prompt. */
public record Generation(Decoder decoder, Tokenizer tokenizer, Sampler sampler) {

    /** Why a text ended. */
    public enum End {
        /** All tokens that were asked for. */
        COUNT,
        /** The model ended the text. */
        END_OF_TEXT,
        /** The model's sequence is full. */
        FULL
    }

    /** Hands text on as it comes; gives why it ended. */
    public End run(int[] prompt, int tokens, Consumer<String> sink) {
        var text = new StreamedText(tokenizer, prompt, sink);
        var logits = decoder.prefill(prompt);
        try {
            for (int made = 0; made < tokens; made++) {
                int token = sampler.choose(known(logits), made);
                if (tokenizer.endOfText().isPresent() && tokenizer.endOfText().getAsInt() == token) {
                    return End.END_OF_TEXT;
                }
                text.add(token);
                if (made + 1 < tokens) {
                    if (!decoder.hasRoom()) {
                        return End.FULL;
                    }
                    logits = decoder.next(token);
                }
            }
            return End.COUNT;
        } finally {
            text.end();
        }
    }

    /** Without the scores of ids that only fill up the model's vocabulary, and that mean nothing. */
    private double[] known(double[] logits) {
        return Arrays.copyOf(logits, Math.min(logits.length, tokenizer.vocabularySize()));
    }
}
