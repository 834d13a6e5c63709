package org.borealis.collectives.threads;

import org.borealis.parallel.Collectives;
import org.borealis.testkit.CollectivesConformance;

final class ThreadCollectivesTest extends CollectivesConformance {
    private final ThreadCollectives collectives = new ThreadCollectives();

    @Override
    protected Collectives collectives() {
        return collectives;
    }
}
