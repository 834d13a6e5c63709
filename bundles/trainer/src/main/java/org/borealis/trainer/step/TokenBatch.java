package org.borealis.trainer.step;

import java.util.Arrays;
import org.borealis.tensor.composite.CrossEntropy;

/** Tokens and the tokens that follow them, [rows, sequence] each, as they go to the device. */
public final class TokenBatch {
    private final int rows;
    private final int sequence;
    private final int[] tokens;
    private final int[] targets;

    public TokenBatch(int rows, int sequence) {
        this.rows = rows;
        this.sequence = sequence;
        tokens = new int[rows * sequence];
        targets = new int[rows * sequence];
        clear();
    }

    public int rows() {
        return rows;
    }

    public int sequence() {
        return sequence;
    }

    /** Empties every row: nothing is predicted. */
    public void clear() {
        Arrays.fill(tokens, 0);
        Arrays.fill(targets, CrossEntropy.IGNORED);
    }

    /** Sets a row to predict each token of {@code window} but the first, of {@code length} tokens; the rest of the row is padding. */
    public void set(int row, int[] window, int length) {
        int at = row * sequence;
        int predicted = length - 1;
        System.arraycopy(window, 0, tokens, at, predicted);
        System.arraycopy(window, 1, targets, at, predicted);
        Arrays.fill(tokens, at + predicted, at + sequence, 0);
        Arrays.fill(targets, at + predicted, at + sequence, CrossEntropy.IGNORED);
    }

    /** How many tokens are predicted. */
    public int predicted() {
        int count = 0;
        for (int target : targets) {
            count += target == CrossEntropy.IGNORED ? 0 : 1;
        }
        return count;
    }

    /** Of all rows, one behind the other. */
    public int[] tokens() {
        return tokens;
    }

    /** Of all rows, one behind the other. */
    public int[] targets() {
        return targets;
    }
}
