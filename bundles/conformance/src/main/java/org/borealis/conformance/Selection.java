package org.borealis.conformance;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.testkit.backend.Check;

/** Which checks to run: those of some operations and types, or all. */
record Selection(List<String> ops, List<String> types) {

    boolean isEverything() {
        return ops.isEmpty() && types.isEmpty();
    }

    /**
     * The checks that were asked for.
     *
     * @throws BorealisException naming what no check is about, and what is nearest to it
     */
    List<Check> of(List<Check> checks) {
        var known = checks.stream()
                .map(Check::op)
                .filter(op -> !op.isEmpty())
                .distinct()
                .toList();
        ops.forEach(op -> requireKnown(op, known));
        var labels = types.stream().map(Selection::label).toList();
        var chosen = checks.stream()
                .filter(check -> ops.isEmpty() || ops.stream().anyMatch(op -> isOf(op, check.op())))
                .filter(check -> labels.isEmpty() || labels.contains(check.type()))
                .toList();
        if (chosen.isEmpty()) {
            throw new BorealisException(
                    "nothing-to-check",
                    "the kit has no check of " + String.join(", ", ops) + " on " + String.join(", ", types));
        }
        return chosen;
    }

    /** {@code LayerNorm} is also its gradient, {@code Reduce} every way to reduce. */
    private static boolean isOf(String wanted, String op) {
        String word = wanted.toLowerCase(Locale.ROOT);
        String name = op.toLowerCase(Locale.ROOT);
        return name.equals(word) || name.startsWith(word + ".") || name.startsWith(word + "(");
    }

    private static void requireKnown(String op, List<String> known) {
        if (known.stream().noneMatch(each -> isOf(op, each))) {
            throw new BorealisException(
                    "op-unknown",
                    "the kit has no check of operation '" + op + "'; did you mean '" + nearest(op, known)
                            + "'? It knows " + String.join(", ", known));
        }
    }

    /** {@code f32} and {@code float32} alike. */
    private static String label(String type) {
        var all = Stream.of(DataType.values());
        return all.filter(each ->
                        each.label().equalsIgnoreCase(type) || each.name().equalsIgnoreCase(type))
                .map(DataType::label)
                .findFirst()
                .orElseThrow(() -> new BorealisException(
                        "data-type",
                        "there is no type '" + type + "'; there are "
                                + String.join(
                                        ", ",
                                        Stream.of(DataType.values())
                                                .map(DataType::label)
                                                .toList())));
    }

    private static String nearest(String word, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt(
                        candidate -> edits(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT))))
                .orElse("");
    }

    /** Letters inserted, deleted or replaced. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
