package org.borealis.trainer.data;

import org.borealis.data.TokenCorpus;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.step.TokenBatch;

/**
 * A range of a corpus, cut into windows of {@code sequence} + 1 tokens, each beginning with the last token of the one before: every
 * token but the first is predicted once. What does not fill a window at the end is left out.
 *
 * @param vocabulary of the model: ids are below it
 */
public record TokenWindows(TokenCorpus corpus, long from, long to, int sequence, int vocabulary) {

    /** How many there are. */
    public long windows() {
        return Math.max(0, (to - from - 1) / sequence);
    }

    /** Fails unless there is at least one window. */
    void requireWindow(String name, String purpose, String remedy) {
        if (windows() < 1) {
            throw new BorealisException(
                    "corpus-small",
                    "the corpus " + name + " has " + corpus.tokens() + " tokens, " + (to - from) + " of them " + purpose
                            + "; at least " + (sequence + 1) + " are needed for one sequence of " + sequence + ": "
                            + remedy);
        }
    }

    /** Copies a window into a row. */
    public void read(long window, TokenBatch batch, int row) {
        var tokens = new int[sequence + 1];
        long start = from + window * sequence;
        corpus.read(start, tokens, 0, tokens.length);
        check(tokens, tokens.length, start, vocabulary);
        batch.set(row, tokens, tokens.length);
    }

    /** Refuses ids that the model has no row for: on a device they would read what is not theirs. */
    public static void check(int[] tokens, int length, long start, int vocabulary) {
        for (int i = 0; i < length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                throw new BorealisException(
                        "token-outside",
                        "token " + (start + i) + " of the corpus is id " + tokens[i]
                                + ", but the model's vocabulary is "
                                + vocabulary
                                + ": the corpus was made with another tokenizer. Prepare it again, or set model.vocabulary");
            }
        }
    }
}
