package org.borealis.backend.reference;

import org.borealis.device.Backend;
import org.borealis.testkit.BackendConformance;

/** The oracle against itself: float32 and less against float64, in place against not, twice against once. */
final class ReferenceConformanceTest extends BackendConformance {
    @Override
    protected Backend backend() {
        return new ReferenceBackend();
    }
}
