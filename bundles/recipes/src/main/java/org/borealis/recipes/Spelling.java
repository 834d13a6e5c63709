package org.borealis.recipes;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that was probably meant. */
final class Spelling {
    private Spelling() {}

    /** The nearest candidate, unless even that one shares too little with what was written. */
    static Optional<String> nearest(String written, Collection<String> candidates) {
        String word = plain(written);
        if (word.length() > 100) {
            return Optional.empty();
        }
        return candidates.stream()
                .filter(candidate -> distance(word, plain(candidate))
                        <= Math.max(1, Math.max(word.length(), candidate.length()) * 2 / 5))
                .min(Comparator.comparingInt(candidate -> distance(word, plain(candidate))));
    }

    /** A part of a sentence, empty if there is nothing to suggest. */
    static String hint(String written, Collection<String> candidates) {
        return nearest(written, candidates)
                .map(candidate -> "; did you mean '" + candidate + "'?")
                .orElse("");
    }

    /** weight_decay, weight-decay and weightdecay are all meant to be weightDecay. */
    private static String plain(String word) {
        return word.replace("_", "").replace("-", "").toLowerCase();
    }

    /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : step(a, b, i, j, cost);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int step(String a, String b, int i, int j, int[][] cost) {
        int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean isSwap = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return isSwap ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }
}
