package org.borealis.recipes;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.borealis.tensor.BorealisException;

/** What is wrong with a recipe: gathered, so that one reading shows all of it. */
final class Problems {
    /** More than these would scroll the first one away. */
    private static final int MOST_SHOWN = 10;

    private record Problem(String code, String message) {}

    private final List<Problem> found = new ArrayList<>();

    void add(String code, String message) {
        found.add(new Problem(code, message));
    }

    /** Ends the reading if anything is wrong; the code is that of the first problem. */
    void stopIfAny() {
        if (found.isEmpty()) {
            return;
        }
        Problem first = found.getFirst();
        if (found.size() == 1) {
            throw new BorealisException(first.code(), first.message());
        }
        String lines = found.stream()
                .limit(MOST_SHOWN)
                .map(problem -> "\n  " + problem.message())
                .collect(Collectors.joining());
        String more = found.size() > MOST_SHOWN ? "\n  and " + (found.size() - MOST_SHOWN) + " more" : "";
        throw new BorealisException(first.code(), found.size() + " things are wrong:" + lines + more);
    }
}
