package org.borealis.backend.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.borealis.device.Backend;
import org.borealis.testkit.backend.BackendKit;
import org.borealis.testkit.backend.Check;

/** What the kit says of a backend. */
final class Verdicts {
    private Verdicts() {}

    /**
     * That exactly these checks fail.
     *
     * @param tried regular expression of the checks that are run
     */
    static void assertFailing(Backend faulty, String tried, String... sentences) {
        try (var kit = new BackendKit(faulty, new ReferenceBackend())) {
            var checks = kit.checks().stream()
                    .filter(check -> check.sentence().matches(tried))
                    .toList();
            assertTrue(checks.size() >= sentences.length, () -> tried + " matches only " + checks);
            var failed = new TreeSet<String>();
            for (var check : checks) {
                if (isFailing(check)) {
                    failed.add(check.sentence());
                }
            }
            assertEquals(new TreeSet<>(Set.of(sentences)), failed);
        }
    }

    /** That a check complains in these words. */
    static void assertComplains(Backend faulty, String sentence, String words) {
        try (var kit = new BackendKit(faulty, new ReferenceBackend())) {
            var complaints = kit.checks().stream()
                    .filter(check -> check.sentence().equals(sentence))
                    .flatMap(check -> check.run().stream())
                    .filter(verdict -> !verdict.passed())
                    .map(verdict -> verdict.complaint())
                    .toList();
            assertTrue(complaints.stream().anyMatch(each -> each.contains(words)), () -> "in " + complaints);
        }
    }

    private static boolean isFailing(Check check) {
        var verdicts = check.run();
        assertTrue(!verdicts.isEmpty(), check.sentence());
        return !verdicts.stream().allMatch(verdict -> verdict.passed());
    }

    static List<String> all(Backend backend) {
        try (var kit = new BackendKit(backend, new ReferenceBackend())) {
            return kit.checks().stream().map(Check::sentence).toList();
        }
    }
}
