package org.borealis.backend.onednn;

import org.borealis.device.Backend;
import org.borealis.testkit.BackendConformance;

class OnednnConformanceTest extends BackendConformance {
    @Override
    protected Backend backend() {
        return Onednn.backend(2);
    }
}
