package org.borealis.experiments;

import java.util.ArrayList;
import java.util.List;

/**
 * What other batch sizes would do to a run, by its gradient noise scale: McCandlish et al. 2018, "An Empirical Model of Large-Batch
 * Training", equation 2.11. To one loss lead S = Smin (1 + noise / B) steps and E = Emin (1 + B / noise) sequences.
 *
 * @param sequences in a step
 * @param steps to the same loss, as a multiple of those with the present batch
 * @param data to the same loss, likewise
 */
record BatchChoice(double sequences, double steps, double data) {
    private static final int LEAST = 8;
    private static final int BEYOND = 4;

    /**
     * Halves, as far as they are whole, and doubles of the present batch, down to an eighth and up to four noise scales.
     *
     * @param noise scale, in sequences
     */
    static List<BatchChoice> around(double present, double noise) {
        double least = present;
        while (least % 2 == 0 && least > present / LEAST) {
            least /= 2;
        }
        var choices = new ArrayList<BatchChoice>();
        for (double size = least; size < Math.max(BEYOND * noise, 2 * present); size *= 2) {
            choices.add(new BatchChoice(
                    size, (1 + noise / size) / (1 + noise / present), (1 + size / noise) / (1 + present / noise)));
        }
        return choices;
    }
}
