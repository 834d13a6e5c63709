package org.borealis.testkit.backend;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What one case of a check came to.
 *
 * @param op name of the operation, such as {@code MatMul}; of a check that is about none, empty
 * @param type element type, such as {@code f32}; or empty
 * @param test the case, in words
 * @param error the worst that was seen, in {@code unit}
 * @param bound the most that is allowed, in {@code unit}
 * @param unit empty where nothing is measured
 * @param complaint what is wrong; empty if nothing is
 * @param thrown what the backend threw, if that is what is wrong
 */
@ProviderType
public record Verdict(
        String op,
        String type,
        String test,
        double error,
        double bound,
        String unit,
        String complaint,
        Optional<Throwable> thrown) {

    /** Whether nothing is wrong. */
    public boolean passed() {
        return complaint.isEmpty();
    }
}
