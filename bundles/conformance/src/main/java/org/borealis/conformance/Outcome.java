package org.borealis.conformance;

import java.util.Comparator;
import java.util.List;
import org.borealis.testkit.backend.Check;
import org.borealis.testkit.backend.Verdict;

/** A check and what its cases came to. */
record Outcome(Check check, List<Verdict> verdicts) {

    static Outcome of(Check check) {
        return new Outcome(check, check.run());
    }

    boolean passed() {
        return verdicts.stream().allMatch(Verdict::passed);
    }

    List<Verdict> failures() {
        return verdicts.stream().filter(verdict -> !verdict.passed()).toList();
    }

    /** The case that is nearest to its bound, or furthest beyond. */
    Verdict worst() {
        return verdicts.stream().max(Comparator.comparingDouble(Outcome::share)).orElseThrow();
    }

    private static double share(Verdict verdict) {
        if (!verdict.passed()) {
            return Double.POSITIVE_INFINITY;
        }
        if (verdict.unit().isEmpty()) {
            return -2;
        }
        return verdict.bound() == 0 ? -1 : verdict.error() / verdict.bound();
    }
}
