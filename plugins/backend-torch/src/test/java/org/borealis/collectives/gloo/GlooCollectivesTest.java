package org.borealis.collectives.gloo;

import java.util.Map;
import org.borealis.parallel.Collectives;
import org.borealis.testkit.CollectivesConformance;
import org.borealis.testkit.Settings;

final class GlooCollectivesTest extends CollectivesConformance {

    @Override
    protected Collectives collectives() {
        return new GlooCollectives(Settings.of(GlooCollectives.Config.class, Map.of()));
    }
}
