package org.borealis.trainer.decode;

import java.util.Arrays;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Philox;
import org.borealis.trainer.step.StreamKey;

/**
 * Chooses the next token from scores; a pure function of seed and place, so that a text can be had again.
 *
 * @param temperature scores are divided by it; 0 takes the highest
 * @param topK only so many of the highest are candidates; 0 means all
 * @param topP only the highest whose probabilities reach this sum are candidates; 1 means all
 */
public record Sampler(double temperature, int topK, double topP, long seed) {
    public Sampler {
        if (!(temperature >= 0) || topK < 0 || !(topP > 0 && topP <= 1)) {
            throw new BorealisException(
                    "sampling",
                    "wanted are --temperature 0 or more, --top-k 0 or more, --top-p above 0 and up to 1; got "
                            + temperature + ", " + topK + ", " + topP);
        }
    }

    /** The token to take at a place of the text. */
    public int choose(double[] logits, long place) {
        requireFinite(logits);
        var ranked = ranked(logits);
        if (temperature == 0) {
            return index(ranked[0]);
        }
        int candidates = topK == 0 ? ranked.length : Math.min(topK, ranked.length);
        var sums = new double[candidates];
        double highest = logits[index(ranked[0])];
        double sum = 0;
        for (int i = 0; i < candidates; i++) {
            sum += Math.exp((logits[index(ranked[i])] - highest) / temperature);
            sums[i] = sum;
        }
        int kept = first(sums, topP * sum) + 1;
        return index(ranked[first(sums, uniform(place) * sums[Math.min(kept, candidates) - 1])]);
    }

    private static void requireFinite(double[] logits) {
        for (double logit : logits) {
            if (Double.isNaN(logit)) {
                throw new BorealisException(
                        "not-finite", "the model gave a score that is not a number; its checkpoint is no good");
            }
        }
    }

    /** Token ids with the highest score first, equal ones by id: packed, because sorting longs is an order faster than objects. */
    private static long[] ranked(double[] logits) {
        var packed = new long[logits.length];
        for (int i = 0; i < packed.length; i++) {
            int bits = Float.floatToIntBits((float) logits[i]);
            int ascending = bits ^ bits >> 31 & Integer.MAX_VALUE;
            packed[i] = (long) ~ascending << 32 | i;
        }
        Arrays.sort(packed);
        return packed;
    }

    private static int index(long packed) {
        return (int) packed;
    }

    /** First place where the running sum exceeds a value; the last one if none does. */
    private static int first(double[] sums, double value) {
        int i = 0;
        while (i < sums.length - 1 && sums[i] <= value) {
            i++;
        }
        return i;
    }

    private double uniform(long place) {
        var words = new int[4];
        Philox.block(StreamKey.of(seed, "sampling"), place, 0, words);
        return Philox.uniform(words[0], words[1]);
    }
}
