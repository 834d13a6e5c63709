package org.borealis.shell;

import java.util.Collection;
import java.util.Optional;

/** Guesses what a mistyped word was meant to be. */
final class Spelling {
    private Spelling() {}

    /** The legal word that needs the fewest edits; none where more than a third of the letters would change. */
    static Optional<String> nearest(String word, Collection<String> legal) {
        String best = "";
        int least = Math.max(2, word.length() / 3) + 1;
        for (String candidate : legal) {
            int edits = edits(word.toLowerCase(), candidate.toLowerCase());
            if (edits < least && edits < candidate.length()) {
                best = candidate;
                least = edits;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    /** Optimal string alignment: inserted, deleted, replaced and swapped neighbouring letters count one each. */
    static int edits(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                boolean swapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                if (swapped) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[from.length()][to.length()];
    }
}
